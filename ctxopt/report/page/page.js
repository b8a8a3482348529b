"use strict";

// The page around the picture: totals, switches, findings, search. Texts go in as text alone, never as markup.

const MOST_FOUND = 100;

class Page {
  constructor(model) {
    this.model = model;
    this.view = { folder: 0, chosen: null, withKept: false, matches: null };
    const actions = {
      zoom: (node) => this.zoom(node),
      choose: (node) => this.choose(node),
      hover: (node) => this._describe(node ?? this.view.chosen),
    };
    this.map = new Treemap(byId("picture"), model, actions);
    this.table = new Table(byId("table"), model, actions);
    this.before = this._sums();
    this._introduce();
    this._makeSwitches();
    this._makeFindings();
    this._listen();
    // Where nothing is sent there is still something to look at.
    if (!model.size(0, false)) this._showKept(true);
    this.draw();
  }

  draw() {
    this._drawTotals();
    this._drawCrumbs();
    this._drawSwitches();
    this.map.draw(this.view);
    this.table.draw(this.view);
    this._describe(this.view.chosen);
  }

  zoom(node) {
    this.view.folder = node;
    this.view.chosen = null;
    this.draw();
  }

  choose(node) {
    this.view.chosen = node;
    this.draw();
    this.table.reveal(node);
  }

  /** Show a file in its folder, or a folder itself. */
  jump(node) {
    if (!this.model.count(node, false)) this._showKept(true);
    if (this.model.isFolder(node)) {
      this.zoom(node);
    } else {
      this.zoom(this.model.parents[node]);
      this.choose(node);
    }
    byId("picture-head").scrollIntoView({ block: "start" });
  }

  turn(number, isOn) {
    if (isOn) this.model.switches.add(number);
    else this.model.switches.delete(number);
    this._switched();
  }

  turnAll(isOn) {
    const every = this.model.data.switches.map((_, number) => number);
    this.model.switches = new Set(isOn ? every : []);
    this._switched();
  }

  _switched() {
    this.model.update();
    this.map.mark(null);
    // What was looked at may be gone.
    while (this.view.folder && !this.model.count(this.view.folder, this.view.withKept)) {
      this.view.folder = this.model.parents[this.view.folder];
    }
    this.draw();
  }

  _showKept(isShown) {
    this.view.withKept = isShown;
    byId("with-kept").checked = isShown;
  }

  _introduce() {
    const { context, headline, folded } = this.model.data;
    byId("name").textContent = context.name;
    byId("headline").textContent = headline;
    byId("facts").replaceChildren(
      ...context.facts.map(([what, value]) => element("span", { class: "fact" }, `${what} `, element("code", {}, value))),
    );
    if (folded) {
      const files = formatCount(folded, "smaller file");
      byId("folded").textContent = `${files} stand together with others of their folder; ctxopt ls lists each.`;
    }
  }

  _listen() {
    byId("all-on").addEventListener("click", () => this.turnAll(true));
    byId("all-off").addEventListener("click", () => this.turnAll(false));
    byId("with-kept").addEventListener("change", (event) => {
      this._showKept(event.target.checked);
      this.draw();
    });
    byId("search").addEventListener("input", (event) => this.search(event.target.value));
    byId("copy").addEventListener("click", () => this._copy());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (byId("search").value) {
        byId("search").value = "";
        this.search("");
      } else if (this.view.folder) {
        this.zoom(this.model.parents[this.view.folder]);
      }
    });
    new ResizeObserver(() => this.map.draw(this.view)).observe(byId("picture"));
  }

  /** [sent by this build, could be sent, kept back] in bytes. */
  _sums() {
    const sums = { sent: 0, could: 0, kept: 0 };
    this.model.fates.forEach((fate, number) => {
      const size = this.model.bytesOf(0, number);
      if (fate.id === "kept") {
        sums.kept += size;
        return;
      }
      sums.could += size;
      if (fate.id !== "unasked") sums.sent += size;
    });
    return sums;
  }

  _drawTotals() {
    const { totals } = this.model.data;
    const now = this._sums();
    const isWhole = (sums) => totals.some(({ id }) => id === "sent") && sums.sent === sums.could;
    byId("totals").replaceChildren(
      ...totals.map(({ id, label }) => {
        const value = element("dd", { id: `total-${id}` }, formatSize(now[id]));
        value.dataset.bytes = now[id];
        if (now[id] !== this.before[id]) {
          const was = element("span", { class: "was" }, `${formatSize(this.before[id])} now`);
          value.append(was);
        }
        const total = element("div", { class: "total" }, element("dt", {}, label), value);
        // A build that takes everything sends all that could be.
        total.hidden = id === "could" && isWhole(now) && isWhole(this.before);
        return total;
      }),
    );
    this._drawBar(now);
  }

  _drawBar(now) {
    const { fates } = this.model;
    const whole = Math.max(1, now.could);
    const sent = fates.map((fate, number) => ({ fate, size: this.model.bytesOf(0, number) }));
    const parts = sent.filter(({ fate, size }) => fate.id !== "kept" && size > 0);
    byId("bar").replaceChildren(
      ...parts.map(({ fate, size }) => {
        const part = element("span", { class: `fate-${fate.id}` });
        part.style.flexGrow = size / whole;
        return part;
      }),
    );
    const told = sent.filter(({ size }) => size > 0);
    byId("legend").replaceChildren(
      ...told.map(({ fate, size }) => {
        const amount = element("span", { class: "amount" }, formatSize(size));
        const item = element("li", { title: fate.meaning }, swatch(fate.id), `${fate.label} `, amount);
        return item;
      }),
    );
    byId("kept-option").hidden = now.kept === 0;
  }

  _drawCrumbs() {
    const way = [];
    for (let node = this.view.folder; node >= 0; node = this.model.parents[node]) way.unshift(node);
    byId("crumbs").replaceChildren(
      ...way.map((node, place) => {
        const name = node === 0 ? this.model.data.context.name : this.model.names[node];
        const button = element("button", { type: "button" }, name);
        if (place === way.length - 1) button.setAttribute("aria-current", "location");
        button.addEventListener("click", () => this.zoom(node));
        return button;
      }),
    );
  }

  _describe(node) {
    const place = byId("chosen");
    if (node === null) {
      place.textContent = "Choose a folder to look into it; Escape goes back up.";
      return;
    }
    const { model, view } = this;
    const size = formatSize(model.size(node, true));
    const count = model.isFolder(node) ? `, ${formatCount(model.count(node, true), "file")}` : "";
    const fate = model.fates[model.mainFate(node, view.withKept)];
    place.textContent = `${model.path(node) || model.data.context.name}: ${size}${count}, ${fate.label}`;
  }

  _makeSwitches() {
    const { switches, refusal, command } = this.model.data;
    byId("switches").replaceChildren(...switches.map((lines, number) => this._switch(lines, number)));
    byId("file-part").hidden = !switches.length;
    for (const id of ["all-on", "all-off"]) byId(id).hidden = !switches.length;
    byId("copy").hidden = !this.model.data.copies;
    const told = byId("command");
    if (switches.length) told.replaceChildren(element("code", {}, command), " writes them, and says how to undo it.");
    else told.textContent = refusal || "No line would pay: there is nothing to switch.";
  }

  _switch(lines, number) {
    const box = element("input", { type: "checkbox", id: `switch-${number}` });
    box.addEventListener("change", () => this.turn(number, box.checked));
    const texts = element("span", { class: "texts" });
    const reasons = [];
    for (const line of lines) {
      for (const text of line.replaces) texts.append(element("del", {}, text));
      for (const text of line.texts) texts.append(element("ins", {}, text));
      const reason = element("p", { class: "reason" }, element("b", {}, line.confidence), ` ${line.reason}`);
      reasons.push(reason);
      if (line.rebuilds !== null) reasons.push(element("p", { class: "reason rebuilds" }, line.rebuilds));
    }
    const saves = element("span", { class: "saves", id: `saves-${number}` });
    const label = element("label", {}, box, texts, saves);
    const item = element("li", { class: "switch" }, label, ...reasons);
    for (const event of ["pointerenter", "focusin"]) {
      item.addEventListener(event, () => this.map.mark(this.model.changedBy(number)));
    }
    for (const event of ["pointerleave", "focusout"]) {
      item.addEventListener(event, () => this.map.mark(null));
    }
    const places = lines.flatMap((line) => line.places);
    if (places.length) item.append(this._places(places));
    return item;
  }

  _drawSwitches() {
    const { model } = this;
    model.data.switches.forEach((lines, number) => {
      byId(`switch-${number}`).checked = model.switches.has(number);
      const saved = model.saving(number);
      let told = lines.every((line) => line.isPreventive) ? "for tomorrow" : "nothing more";
      if (saved) told = saved > 0 ? `−${formatSize(saved)}` : `+${formatSize(-saved)}`;
      byId(`saves-${number}`).textContent = told;
    });
    const text = model.segments(model.switches).map((item) => item.text);
    byId("file").textContent = text.join("\n");
  }

  _makeFindings() {
    const { findings } = this.model.data;
    byId("findings").replaceChildren(
      ...findings.map((finding) => {
        const level = element("b", { class: `level ${finding.level}` }, finding.noun);
        const size = finding.bytes ? ` (${formatSize(finding.bytes)})` : "";
        const item = element("li", {}, element("p", {}, level, ` ${finding.message}${size}`));
        if (finding.place) item.append(element("p", { class: "reason" }, finding.place));
        if (finding.help) item.append(element("p", { class: "reason" }, finding.help));
        if (finding.places.length) item.append(this._places(finding.places));
        return item;
      }),
    );
    if (!findings.length) byId("findings").append(element("li", {}, "None."));
  }

  /** Buttons that show where something lies. */
  _places(places) {
    const list = element("p", { class: "places" });
    for (const [label, node] of places) {
      const button = element("button", { type: "button", class: "place" }, label);
      button.addEventListener("click", () => this.jump(node));
      list.append(button);
    }
    return list;
  }

  search(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    byId("found").hidden = !words.length;
    this.view.matches = null;
    if (words.length) {
      const found = this._find(words);
      this.view.matches = new Set(found);
      this._list(found);
    }
    this.map.draw(this.view);
  }

  _find(words) {
    const found = [];
    const { model } = this;
    const paths = [""];
    for (let node = 1; node < model.names.length; node += 1) {
      const above = paths[model.parents[node]];
      paths[node] = above ? `${above}/${model.names[node]}` : model.names[node];
      const path = paths[node].toLowerCase();
      if (words.every((word) => path.includes(word))) found.push(node);
    }
    return found.sort((one, other) => model.size(other, true) - model.size(one, true));
  }

  _list(found) {
    const { model } = this;
    let told = `${found.length.toLocaleString("en-US")} found`;
    if (found.length > MOST_FOUND) told += `, the ${MOST_FOUND} largest below`;
    // Only what has a name on the page can be found.
    const { folded } = model.data;
    if (folded) told += `; ${formatCount(folded, "smaller file")} that stand together are not searched`;
    byId("found-count").textContent = told;
    byId("found-list").replaceChildren(
      ...found.slice(0, MOST_FOUND).map((node) => {
        const label = model.path(node) + (model.isFolder(node) ? "/" : "");
        const button = element("button", { type: "button", class: "place" }, label);
        button.addEventListener("click", () => this.jump(node));
        const size = element("span", { class: "amount" }, formatSize(model.size(node, true)));
        return element("li", {}, button, size);
      }),
    );
  }

  async _copy() {
    const text = `${byId("file").textContent}\n`;
    const button = byId("copy");
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Some browsers lend the clipboard to no page from disk.
      getSelection().selectAllChildren(byId("file"));
      button.textContent = "Selected: press Ctrl+C";
    }
  }
}

function byId(id) {
  return document.getElementById(id);
}

function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

new Page(new Model(JSON.parse(byId("data").textContent)));
