const OLDEST = [20, 19];

/** Ends the process with a message when this Node is too old for what follows. */
export function requireNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  console.error(
    `Viaduct needs Node ${OLDEST.join('.')} or later; this is ${process.version}. Get one from https://nodejs.org.`,
  );
  process.exit(1);
}
