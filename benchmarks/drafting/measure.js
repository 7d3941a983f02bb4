// Clock, statistics, and what a process has used so far.
import { readFileSync, readdirSync } from "node:fs";

/** Milliseconds on the monotonic clock, which all threads and processes of a machine share. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** The value below which a share of the sorted values lies. */
export const quantile = (sorted, share) =>
  sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : NaN;

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (quantile(sorted, 0.5) + sorted[Math.ceil(sorted.length / 2) - 1]) / 2;
};

/** "median (lowest-highest)" with three digits. */
export function spread(values) {
  const say = (value) => (Number.isFinite(value) ? Number(value.toPrecision(3)).toString() : "-");
  return `${say(median(values))} (${say(Math.min(...values))}-${say(Math.max(...values))})`;
}

/** CPU in seconds and peak resident megabytes of a process and all below it. */
export function usage(pid) {
  const used = { cpu: 0, rss: 0 };
  for (const each of family(pid)) {
    const stat = fields(each);
    if (!stat) continue;
    used.cpu += (Number(stat[11]) + Number(stat[12])) / 100;
    const peak = /VmHWM:\s+(\d+)/.exec(read(`/proc/${each}/status`));
    used.rss += peak ? Number(peak[1]) / 1024 : 0;
  }
  return used;
}

function family(pid) {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(fields(name)?.[1])]);
  const found = [pid];
  for (const each of found) {
    found.push(...parents.filter(([, parent]) => parent === each).map(([child]) => child));
  }
  return found;
}

function fields(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name may hold spaces and brackets: what counts stands behind the last one.
  return stat ? stat.slice(stat.lastIndexOf(")") + 2).split(" ") : null;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process has ended meanwhile
  }
}
