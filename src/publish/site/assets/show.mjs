// The parts that the pages are built of: elements, texts in both languages, tables, verdicts, progress.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Chinese first, English beside; the visitor's choice of a language hides one of them.
export function both(chinese, english) {
  const parts = document.createDocumentFragment();
  parts.append(element("span", { lang: "zh" }, chinese), " ", element("span", { lang: "en" }, english));
  return parts;
}

// Says in English how many of something there are.
export function counted(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

export function code(text) {
  return element("code", {}, text);
}

export function row(chinese, english, ...value) {
  return element("tr", {}, element("th", { scope: "row" }, both(chinese, english)), element("td", {}, ...value));
}

export function step(number, chinese, english, ...children) {
  return element("section", { class: "step" }, element("h3", {}, `${number} `, both(chinese, english)), ...children);
}

export function table(...rows) {
  return element("div", { class: "wide", tabindex: "0" }, element("table", {}, element("tbody", {}, ...rows)));
}

// A table of columns, of which each heading is a pair of texts.
export function grid(headings, rows) {
  const cells = (tag, texts) => texts.map((text) => element(tag, {}, text));
  const head = element("thead", {}, element("tr", {}, ...cells("th", headings.map((pair) => both(...pair)))));
  const body = element("tbody", {}, ...rows.map((texts) => element("tr", {}, ...cells("td", texts))));
  return element("div", { class: "wide", tabindex: "0" }, element("table", { class: "grid" }, head, body));
}

export function details(chinese, english, ...children) {
  return element("details", {}, element("summary", {}, both(chinese, english)), ...children);
}

export function verdict(kind, chinese, english) {
  return element("p", { class: `verdict ${kind}`, "data-verdict": kind }, both(chinese, english));
}

// Shows how far the work is, and lets the page breathe.
export function progressOn(bar, words) {
  let last = 0;
  return async (part, what) => {
    bar.value = part;
    words.textContent = what;
    if (performance.now() - last < 40) return;
    await new Promise((go) => setTimeout(go, 0));
    last = performance.now();
  };
}
