// Elements without markup: what people write only ever becomes text.

const SVG = 'http://www.w3.org/2000/svg';

// Paths in a box of 24 by 24, drawn as lines.
const ICONS = {
  alert: 'M12 8v5M12 16.5v.01M12 3 2.5 20h19z',
  back: 'M15 5l-7 7 7 7',
  check: 'M4 12.5l5 5L20 6.5',
  checks: 'M1.5 12.5l5 5L17 6.5M11.5 17.5L22.5 6.5',
  clock: 'M12 7v5.5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M5 9l7 7 7-7',
  edit: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01',
  leave: 'M10 4H5v16h5M15 8l4 4-4 4M19 12H9.5',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6.5 6.5 0 0 1 3.5 5.5',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6l-6 6 6 6M4.5 12H14a6 6 0 0 1 6 6v.5',
  send: 'M4 12l16-8-6 16-3-7z',
  smile: 'M8 14.5a5 5 0 0 0 8 0M9 9.5v.01M15 9.5v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  trash: 'M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5',
};

/**
 * `make('button', { class: 'send', disabled: false, onclick }, 'Send')`: functions listen, false and
 * undefined leave an attribute out, and so it is with children.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return element;
}

/** A drawing that says nothing by itself: what it is on has a label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that is only a drawing. */
export function iconButton(name, label, attributes) {
  const all = { type: 'button', class: 'icon-button', 'aria-label': label, title: label, ...attributes };
  return make('button', all, icon(name));
}

/** Says it to those who don't see the page. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

/** Makes the children of `parent` be `elements` in that order, and moves only what has to be moved. */
export function arrange(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const element of elements) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}

/**
 * Elements by key, made again only when what they show has changed. `entries` are `{key, shows, make}`,
 * where `shows` is a text that is the same as long as make() would give the same.
 */
export class Rows {
  #rows = new Map();

  constructor(parent) {
    this.parent = parent;
  }

  show(entries) {
    const rows = new Map();
    for (const { key, shows, make: build } of entries) {
      const old = this.#rows.get(key);
      rows.set(key, old?.shows === shows ? old : { shows, element: this.#renewed(old, build()) });
    }
    this.#rows = rows;
    arrange(this.parent, [...rows.values()].map((row) => row.element));
  }

  get(key) {
    return this.#rows.get(key)?.element;
  }

  #renewed(old, element) {
    if (old?.element.contains(document.activeElement)) queueMicrotask(() => element.focus());
    return element;
  }
}
