// Says what it was started with, and then everything back.
console.log('to standard output');
console.error('to standard error');
process.send?.({ type: 'ready', args: process.argv.slice(2), greeting: process.env.GREETING });
process.on('message', (message) => process.send?.({ type: 'echo', message }));
