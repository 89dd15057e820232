/** Whether what cannot be had is a failure, and not left out. */
export function everythingIsRequired() {
  const { CI = '', MARATHON_TEST_REQUIRE } = process.env;
  return MARATHON_TEST_REQUIRE === 'all' || !['', '0', 'false'].includes(CI);
}
