// Figures as people read them. What is not known is a dash.

const plain = (digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const formats = [0, 1, 2, 3, 4].map(plain);
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

const known = (value) => typeof value === "number" && Number.isFinite(value);

export const number = (value, digits = 0) => (known(value) ? formats[digits].format(value) : "–");
export const percent = (value, digits = 1) => (known(value) ? `${formats[digits].format(100 * value)} %` : "–");

export function tao(value) {
  if (!known(value)) return "–";
  if (Math.abs(value) >= 1e6) return compact.format(value);
  return formats[Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 10 ? 1 : 3].format(value);
}

export function age(seconds) {
  if (!known(seconds)) return "–";
  const steps = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const [size, unit] = steps.find(([length]) => seconds >= length) ?? [1, "s"];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}

export const since = (at) => (known(at) ? `${age(Math.max(0, Date.now() / 1000 - at))} ago` : "–");

export function short(hotkey) {
  const text = String(hotkey ?? "");
  return text.length > 16 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
}

export const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
