// Elements out of text. A stranger's text only ever becomes a text node: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, String(value));
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

export function say(id, text, isError = false) {
  const note = byId(id);
  note.classList.toggle("error", isError);
  if (note.textContent !== text) note.textContent = text;
}

/** Set the text of a cell only where it changed: a table of hundreds stays quick. */
export function write(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

/** The column headings of a table; `columns` have a title, and are on the left or not. */
export function headings(table, columns) {
  const cells = columns.map((column) =>
    element("th", { scope: "col", class: column.left ? "left" : null }, column.title));
  table.tHead.rows[0].replaceChildren(...cells);
}

export function rows(table, columns, records) {
  const made = records.map((record) => element("tr", {}, ...columns.map((column) => {
    const shown = column.show(record);
    return element("td", { class: column.left ? "left" : null }, shown);
  })));
  table.tBodies[0].replaceChildren(...made);
}
