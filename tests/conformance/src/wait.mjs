// Waiting with an end: a server that stays silent is a failure with a name, not a run that hangs.

/** What a promise gives, or an error naming `what` after so many milliseconds. */
export async function within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends the process if it should outlive every wait of its own. */
export function watchdog(minutes) {
  setTimeout(() => {
    console.log(`given up after ${minutes} minutes`);
    process.exit(1);
  }, minutes * 60_000).unref();
}
