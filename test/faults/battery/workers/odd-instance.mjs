// A process in a slot, which is as odd as the first of its names says.
const { names } = JSON.parse(process.argv[2]);
const [oddity] = names;
if (oddity === 'refuses') process.exit(86);
if (oddity === 'crashes') throw new Error('This instance is broken.');

// The first question is answered when the second comes.
const waiting = [];
process.on('message', (asked) => {
  waiting.push(asked);
  if (waiting.length < 2) return;
  for (const { id, trouble } of waiting) process.send({ id, isDone: true, wallAt: trouble.ms });
});
process.send('up');
