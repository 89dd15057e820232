/** Newest first. */
export async function closeAll(opened) {
  for (const { close } of opened.reverse()) await close();
}
