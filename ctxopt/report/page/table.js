"use strict";

// The table behind the picture: the same folder as rows, sorted and opened as people like, by mouse and keyboard.

const MOST_ROWS = 200;

class Table {
  /** `actions` are `zoom(node)` and `choose(node)`. */
  constructor(table, model, actions) {
    this.body = table.tBodies[0];
    this.model = model;
    this.actions = actions;
    this.order = { key: "size", isFalling: true };
    this.open = new Set();
    this.heads = [...table.tHead.querySelectorAll("th")];
    for (const button of table.tHead.querySelectorAll("button")) {
      button.addEventListener("click", () => this._sort(button.dataset.sort));
    }
    this.body.addEventListener("click", (event) => this._clicked(event));
    this.body.addEventListener("keydown", (event) => this._pressed(event));
    this.body.addEventListener("focusin", (event) => this._focused(event.target.closest("tr")));
  }

  draw(view) {
    const kept = document.activeElement?.closest?.("#rows tr")?.dataset.node;
    this.view = view;
    this.whole = this.model.size(view.folder, view.withKept);
    this._markHeads();
    const rows = [];
    this._add(rows, view.folder, 1);
    this.body.replaceChildren(...rows);
    const current = rows.find((row) => row.dataset.node === kept) ?? rows[0];
    if (current) current.tabIndex = 0;
    if (kept !== undefined) current?.focus();
  }

  /** Open what a node lies in, and bring it into sight. */
  reveal(node) {
    for (let here = this.model.parents[node]; here > this.view.folder; here = this.model.parents[here]) {
      this.open.add(here);
    }
    this.draw(this.view);
    this.body.querySelector(`tr[data-node="${node}"]`)?.scrollIntoView({ block: "nearest" });
  }

  _markHeads() {
    for (const head of this.heads) {
      const key = head.querySelector("button")?.dataset.sort;
      if (key === undefined || head.classList.contains("share")) continue;
      const falling = this.order.isFalling ? "descending" : "ascending";
      head.setAttribute("aria-sort", key === this.order.key ? falling : "none");
    }
  }

  _sort(key) {
    const isSame = this.order.key === key;
    this.order = { key, isFalling: isSame ? !this.order.isFalling : key !== "name" };
    this.draw(this.view);
  }

  _add(rows, folder, level) {
    const { model, view } = this;
    const nodes = model.children[folder].filter((node) => model.count(node, view.withKept) > 0);
    nodes.sort((one, other) => this._compare(one, other));
    for (const node of nodes.slice(0, MOST_ROWS)) {
      rows.push(this._row(node, level));
      if (this.open.has(node)) this._add(rows, node, level + 1);
    }
    const hidden = nodes.slice(MOST_ROWS);
    if (hidden.length) {
      const size = hidden.reduce((sum, node) => sum + model.size(node, view.withKept), 0);
      const files = hidden.reduce((sum, node) => sum + model.count(node, view.withKept), 0);
      rows.push(this._restRow(`${hidden.length.toLocaleString("en-US")} more`, size, files, null, level));
    }
    for (const [fate, size, files] of model.rest(folder, view.withKept)) {
      rows.push(this._restRow(formatCount(files, "smaller file"), size, files, fate, level));
    }
  }

  _compare(one, other) {
    const { model, view } = this;
    const names = model.names[one] < model.names[other] ? -1 : 1;
    let difference = names;
    if (this.order.key === "size") {
      difference = model.size(one, view.withKept) - model.size(other, view.withKept);
    } else if (this.order.key === "files") {
      difference = model.count(one, view.withKept) - model.count(other, view.withKept);
    }
    return (this.order.isFalling ? -difference : difference) || names;
  }

  _row(node, level) {
    const { model, view } = this;
    const isFolder = model.isFolder(node);
    const fate = model.mainFate(node, view.withKept);
    const label = isFolder ? `${model.names[node]}/` : model.names[node];
    const cells = [
      label, model.size(node, view.withKept), model.count(node, view.withKept), fate, this._fates(node),
    ];
    const row = this._cells(...cells, level);
    row.dataset.node = node;
    row.tabIndex = -1;
    row.setAttribute("aria-selected", String(node === view.chosen));
    if (isFolder) row.setAttribute("aria-expanded", String(this.open.has(node)));
    return row;
  }

  _restRow(label, size, files, fate, level) {
    const told = fate === null ? "" : this.model.fates[fate].label;
    const row = this._cells(label, size, files, fate, told, level);
    row.classList.add("rest");
    return row;
  }

  _cells(label, size, files, fate, told, level) {
    const row = document.createElement("tr");
    row.setAttribute("role", "row");
    row.setAttribute("aria-level", String(level));
    const name = this._cell(row, label, "name-cell");
    name.setAttribute("role", "rowheader");
    name.style.setProperty("--level", level - 1);
    this._cell(row, formatSize(size), "figure");
    this._cell(row, formatShare(size, this.whole), "figure share");
    this._cell(row, files.toLocaleString("en-US"), "figure");
    const cell = this._cell(row, "", "fate-cell");
    if (fate !== null) cell.append(swatch(this.model.fates[fate].id));
    cell.append(told);
    return row;
  }

  _cell(row, text, name) {
    const cell = document.createElement("td");
    cell.setAttribute("role", "gridcell");
    cell.className = name;
    cell.textContent = text;
    row.append(cell);
    return cell;
  }

  /** Name the fates of a node, the one of most bytes first. */
  _fates(node) {
    const { model, view } = this;
    const main = model.mainFate(node, view.withKept);
    const others = model.fates.filter((_, fate) => {
      const isShown = view.withKept || fate !== model.kept;
      return isShown && fate !== main && model.bytesOf(node, fate) > 0;
    });
    const label = model.fates[main].label;
    return others.length ? `mostly: ${label}` : label;
  }

  _clicked(event) {
    const row = event.target.closest("tr");
    if (!row || row.dataset.node === undefined) return;
    const node = Number(row.dataset.node);
    row.focus();
    if (this.model.isFolder(node)) this._turn(node, !this.open.has(node));
    else this.actions.choose(node);
  }

  _turn(node, isOpen) {
    if (isOpen) this.open.add(node);
    else this.open.delete(node);
    this.draw(this.view);
  }

  _focused(row) {
    if (!row) return;
    for (const other of this.body.querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
  }

  _pressed(event) {
    const row = event.target.closest("tr");
    const node = Number(row?.dataset.node);
    const rows = [...this.body.querySelectorAll("tr[data-node]")];
    const place = rows.indexOf(row);
    const isFolder = this.model.isFolder(node);
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: rows.length - 1 };
    if (event.key in steps) {
      rows[steps[event.key]]?.focus();
    } else if (event.key === "ArrowRight" && isFolder && !this.open.has(node)) {
      this._turn(node, true);
    } else if (event.key === "ArrowRight" && isFolder) {
      rows[place + 1]?.focus();
    } else if (event.key === "ArrowLeft" && isFolder && this.open.has(node)) {
      this._turn(node, false);
    } else if (event.key === "ArrowLeft") {
      rows.find((other) => Number(other.dataset.node) === this.model.parents[node])?.focus();
    } else if (event.key === "Enter") {
      if (isFolder) this.actions.zoom(node);
      else this.actions.choose(node);
    } else {
      return;
    }
    event.preventDefault();
  }
}

/** A small square in the colour of a fate. */
function swatch(fate) {
  const element = document.createElement("span");
  element.className = `swatch fate-${fate}`;
  element.setAttribute("aria-hidden", "true");
  return element;
}
