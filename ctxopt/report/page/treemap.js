"use strict";

// The picture: rectangles as large as what they stand for. Knows the model, and draws one folder of it.

const LEAST_AREA = 90;
const HEAD = 19;
const GAP = 2;
const LETTER = 6.7;

/** Lay sizes, the largest first, into a rectangle so that the parts come near to squares. */
function squarify(items, box) {
  const placed = [];
  let { x, y, w, h } = box;
  let start = 0;
  let left = items.reduce((sum, item) => sum + item.size, 0);
  while (start < items.length && left > 0 && w > 0 && h > 0) {
    const side = Math.min(w, h);
    const scale = (w * h) / left;
    let end = start;
    let row = 0;
    let worst = Infinity;
    while (end < items.length) {
      const sum = row + items[end].size * scale;
      const thick = sum / side;
      const most = (items[start].size * scale) / thick;
      const least = (items[end].size * scale) / thick;
      const ratio = Math.max(most / thick, thick / most, least / thick, thick / least);
      if (ratio > worst) break;
      worst = ratio;
      row = sum;
      end += 1;
    }
    const thick = row / side;
    let along = 0;
    for (let place = start; place < end; place += 1) {
      const long = (items[place].size * scale) / thick;
      const isColumn = w >= h;
      placed.push({
        item: items[place],
        x: isColumn ? x : x + along,
        y: isColumn ? y + along : y,
        w: isColumn ? thick : long,
        h: isColumn ? long : thick,
      });
      along += long;
      left -= items[place].size;
    }
    if (w >= h) {
      x += thick;
      w -= thick;
    } else {
      y += thick;
      h -= thick;
    }
    start = end;
  }
  return placed;
}

class Treemap {
  /** `actions` are `zoom(node)`, `choose(node)` and `hover(node)`. */
  constructor(element, model, actions) {
    this.element = element;
    this.model = model;
    this.actions = actions;
    this.changed = null;
    this.svg = this._make("svg", { role: "img" });
    element.append(this.svg);
    this.svg.addEventListener("click", (event) => this._clicked(event));
    this.svg.addEventListener("pointermove", (event) => {
      const tile = event.target.closest("g");
      this.actions.hover(tile ? Number(tile.dataset.node) : null);
    });
    this.svg.addEventListener("pointerleave", () => this.actions.hover(null));
  }

  draw(view) {
    this.view = view;
    const width = Math.max(200, this.element.clientWidth);
    const height = Math.round(Math.min(560, Math.max(280, width * 0.56)));
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const shown = this.model.path(view.folder) || this.model.data.context.name;
    this.svg.setAttribute("aria-label", `Picture of ${shown}; the table below has the same figures`);
    this.svg.classList.toggle("searching", view.matches !== null);
    if (!this.model.size(view.folder, view.withKept)) {
      this._text(this.svg, "Nothing here could be sent", width / 2, height / 2, "empty");
      return;
    }
    this._fill(view.folder, { x: 0, y: 0, w: width, h: height });
    this._mark();
  }

  _fill(folder, box) {
    const { model, view } = this;
    const items = model.children[folder]
      .map((node) => ({ node, size: model.size(node, view.withKept) }))
      .filter((item) => item.size > 0);
    for (const [fate, size, files] of model.rest(folder, view.withKept)) {
      if (size > 0) items.push({ node: folder, size, fate, files });
    }
    const shown = this._gathered(items, folder, box.w * box.h);
    shown.sort((one, other) => other.size - one.size);
    for (const { item, x, y, w, h } of squarify(shown, box)) {
      const gap = w > 6 && h > 6 ? GAP : 0.5;
      this._tile(item, { x, y, w: Math.max(0.5, w - gap), h: Math.max(0.5, h - gap) });
    }
  }

  /** Put together, by fate, what would be too small to be seen in an area. */
  _gathered(items, folder, area) {
    const { model, view } = this;
    const whole = items.reduce((sum, item) => sum + item.size, 0);
    const least = (whole * LEAST_AREA) / 3 / area;
    const shown = items.filter((item) => item.size >= least);
    const together = new Map();
    for (const item of items) {
      if (item.size >= least) continue;
      const fate = item.fate ?? model.mainFate(item.node, view.withKept);
      const sum = together.get(fate) ?? { node: folder, size: 0, fate, files: 0 };
      sum.size += item.size;
      sum.files += item.files ?? model.count(item.node, view.withKept);
      together.set(fate, sum);
    }
    return shown.concat([...together.values()]);
  }

  _tile(item, box) {
    const { model, view } = this;
    const isRest = item.files !== undefined;
    const isFolder = !isRest && model.isFolder(item.node);
    const fate = isRest ? item.fate : model.mainFate(item.node, view.withKept);
    const group = this._make("g", { class: `tile fate-${model.fates[fate].id}` });
    group.dataset.node = item.node;
    if (isFolder) group.classList.add("folder");
    if (isRest) group.classList.add("rest");
    if (item.node === view.chosen && !isRest) group.classList.add("is-chosen");
    if (view.matches !== null && view.matches.has(item.node)) group.classList.add("match");
    group.append(this._make("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: 3 }));
    const name = isRest ? formatCount(item.files, "smaller file") : model.names[item.node];
    const title = this._make("title", {});
    title.textContent = `${isRest ? name : model.path(item.node)}\n${formatSize(item.size)}, ${model.fates[fate].label}`;
    group.append(title);
    this.svg.append(group);
    const isOpen = isFolder && this._hasRoom(item, box);
    if (isOpen) {
      this._label(group, `${name}/`, item.size, { ...box, h: HEAD });
      const inner = { x: box.x + 3, y: box.y + HEAD, w: box.w - 4, h: box.h - HEAD - 1 };
      group.classList.add("open");
      this._fill(item.node, inner);
    } else if (box.h > 15) {
      this._label(group, isFolder ? `${name}/` : name, item.size, box);
    }
  }

  /** Whether something in a folder would be seen. */
  _hasRoom(item, box) {
    const { model, view } = this;
    const area = box.w * (box.h - HEAD);
    if (box.w < 44 || box.h < HEAD + 22 || area < 12 * LEAST_AREA) return false;
    const inside = model.children[item.node].map((node) => model.size(node, view.withKept));
    const rest = model.rest(item.node, view.withKept).map(([, size]) => size);
    const largest = Math.max(...inside, ...rest, 0);
    return (largest / item.size) * area > LEAST_AREA / 3;
  }

  /** Mark what a switch is about: the tiles of which it takes or lets in at least half. */
  mark(changed) {
    this.changed = changed;
    this._mark();
  }

  _mark() {
    const { changed } = this;
    for (const tile of this.svg.querySelectorAll("g.tile:not(.rest)")) {
      const node = Number(tile.dataset.node);
      const whole = this.model.size(node, true);
      tile.classList.toggle("hit", changed !== null && changed[node] > 0 && changed[node] >= whole / 2);
    }
  }

  _label(group, name, size, box) {
    const letters = Math.floor((box.w - 10) / LETTER);
    if (letters < 3) return;
    const label = shorten(name, letters);
    this._text(group, label, box.x + 6, box.y + 13.5, "name");
    const amount = formatSize(size);
    if (box.h > 34) {
      if (amount.length <= letters) this._text(group, amount, box.x + 6, box.y + 28, "amount");
    } else if (label === name && name.length + amount.length + 3 < letters) {
      this._text(group, amount, box.x + box.w - 6, box.y + 13.5, "amount end");
    }
  }

  _text(parent, text, x, y, name) {
    const element = this._make("text", { x, y, class: name });
    element.textContent = text;
    parent.append(element);
  }

  _make(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, typeof value === "number" ? Math.round(value * 10) / 10 : value);
    }
    return element;
  }

  /** A folder is zoomed into; of a file deeper down, the folder on the way to it. */
  _clicked(event) {
    const tile = event.target.closest("g");
    if (!tile) return;
    const node = Number(tile.dataset.node);
    const { model, view } = this;
    if (node === view.folder) return;
    if (tile.classList.contains("folder")) {
      this.actions.zoom(node);
    } else if (tile.classList.contains("rest")) {
      this.actions.zoom(node);
    } else if (model.parents[node] === view.folder) {
      this.actions.choose(node);
    } else {
      this.actions.zoom(model.parents[node]);
      this.actions.choose(node);
    }
  }
}

/** Cut a name in the middle, so that its ending stays to be seen. */
function shorten(name, letters) {
  const characters = Array.from(name);
  if (characters.length <= letters) return name;
  const tail = Math.floor((letters - 1) / 3);
  const end = tail ? characters.slice(-tail).join("") : "";
  return `${characters.slice(0, letters - 1 - tail).join("")}…${end}`;
}
