// Loading this ends the process when its parent is gone, so that even a killed parent leaves no orphan.
const CHECK_EVERY_MS = 500;
const parent = process.ppid;

const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  process.kill(process.pid, 'SIGTERM');
}, CHECK_EVERY_MS);
timer.unref();
