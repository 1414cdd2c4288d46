// Most jobs leave nothing under way, and then nothing is loaded.
if (Object.entries(process.env).some(([name, value]) => name.startsWith('STATE_unfinished_') && value)) {
  const { cleanUp } = await import('./index.js');
  await cleanUp();
}
