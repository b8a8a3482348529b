"use strict";

// What the report says, and the arithmetic on it: sums for any combination of switches. Touches no element of the page.

const SENT = 0;
const KEPT_BACK = 1;

/** Write bytes in powers of 1000 with three figures, as every report of ctxopt does. */
function formatSize(size) {
  if (size < 1000) return `${size} B`;
  let value = size;
  for (const unit of ["B", "kB", "MB", "GB", "TB", "PB"]) {
    if (value < 99.95) return `${value.toFixed(1).replace(/\.0$/, "")} ${unit}`;
    if (value < 999.5) return `${value.toFixed(0)} ${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(0)} EB`;
}

function formatCount(number, noun) {
  const plural = number === 1 ? noun : `${noun}s`;
  return `${number.toLocaleString("en-US")} ${plural}`;
}

function formatShare(part, whole) {
  if (!part || !whole) return "";
  const share = (100 * part) / whole;
  return share < 0.1 ? "under 0.1 %" : `${share.toFixed(1).replace(/\.0$/, "")} %`;
}

class Model {
  constructor(data) {
    this.data = data;
    this.fates = data.fates;
    this.kept = data.fates.findIndex((fate) => fate.id === "kept");
    this.switches = new Set();
    this._decode(data.tree);
    this._sumSorts();
    this.update();
  }

  /** Read the tree: a folder stands before what is in it. */
  _decode(tree) {
    this.names = tree.names.split("/");
    const count = this.names.length;
    this.parents = new Int32Array(count).fill(-1);
    this.children = Array.from({ length: count }, () => null);
    this.amounts = Array.from({ length: count }, () => []);
    const open = [];
    let files = 0;
    for (let node = 0; node < count; node += 1) {
      while (open.length && !open[open.length - 1].left) open.pop();
      const above = open[open.length - 1];
      if (above) {
        above.left -= 1;
        this.parents[node] = above.node;
        this.children[above.node].push(node);
      }
      if (tree.children[node]) {
        this.children[node] = [];
        open.push({ node, left: tree.children[node] - 1 });
      } else {
        this.amounts[node] = [[tree.sorts[files], tree.sizes[files], 1]];
        files += 1;
      }
    }
    for (const [node, amounts] of tree.rests) this.amounts[node] = amounts;
    // The ignore file is as large as its lines make it, and counted apart.
    if (this.data.own !== null) {
      this.ownSort = this.amounts[this.data.own][0][0];
      this.amounts[this.data.own] = [];
    }
  }

  /** Sum up by sort, so that what a switch saves is told without a look at the tree. */
  _sumSorts() {
    this.sortSums = this.data.sorts.map(() => 0);
    for (const amounts of this.amounts) {
      for (const [sort, size] of amounts) this.sortSums[sort] += size;
    }
  }

  /** What becomes of files with a condition, with the switches `on`. */
  outcome(condition, on) {
    if (typeof condition === "number") return condition;
    if (Array.isArray(condition)) {
      const hides = (literal) => on.has(Math.abs(literal) - 1) === literal > 0;
      return condition.some(hides) ? KEPT_BACK : SENT;
    }
    let place = 0;
    condition.of.forEach((number, bit) => {
      if (on.has(number)) place += 2 ** bit;
    });
    return condition.is[place];
  }

  isThere(on) {
    return this.data.existed || on.size > 0;
  }

  /** The lines of the ignore file with the switches `on`. */
  segments(on) {
    return this.data.segments.filter((item) => {
      if (item.on.length && !item.on.some((number) => on.has(number))) return false;
      return item.off === null || !on.has(item.off);
    });
  }

  /** The bytes of the ignore file with the switches `on`. */
  ownBytes(on) {
    const lines = this.segments(on);
    return lines.reduce((sum, item, place) => {
      const ending = item.end || (place < lines.length - 1 ? this.data.ending : 0);
      return sum + item.bytes + ending;
    }, 0);
  }

  /** The outcomes of all sorts without and with a switch, beside the others that are on. */
  _outcomesAround(number) {
    const without = new Set(this.switches);
    without.delete(number);
    const withIt = new Set(without).add(number);
    return this.data.sorts.map(([, condition]) => [
      this.outcome(condition, without), this.outcome(condition, withIt),
    ]);
  }

  /** How many bytes a switch saves beside the others that are on, but for the ignore file itself. */
  saving(number) {
    let saved = 0;
    this._outcomesAround(number).forEach(([before, after], sort) => {
      if (before === SENT) saved += this.sortSums[sort];
      if (after === SENT) saved -= this.sortSums[sort];
    });
    return saved;
  }

  /** The bytes at or below each node that a switch takes or lets in. */
  changedBy(number) {
    const outcomes = this._outcomesAround(number);
    const changed = new Float64Array(this.names.length);
    for (let node = this.names.length - 1; node >= 0; node -= 1) {
      for (const [sort, size] of this.amounts[node]) {
        if (outcomes[sort][0] !== outcomes[sort][1]) changed[node] += size;
      }
      if (node) changed[this.parents[node]] += changed[node];
    }
    return changed;
  }

  /** Sum up every folder under the switches that are on. */
  update() {
    const count = this.names.length;
    const width = this.fates.length;
    const outcomes = this.data.sorts.map((sort) => this.outcome(sort[1], this.switches));
    this.bytes = new Float64Array(count * width);
    this.files = new Float64Array(count * width);
    const add = (node, sort, size, files) => {
      const isKept = outcomes[sort] === KEPT_BACK;
      const fate = isKept ? this.kept : this.data.sorts[sort][0];
      // A file that arrives empty still arrives.
      const arriving = isKept || outcomes[sort] === SENT ? size : 0;
      this.bytes[node * width + fate] += arriving;
      this.files[node * width + fate] += files;
    };
    if (this.data.own !== null && this.isThere(this.switches)) {
      add(this.data.own, this.ownSort, this.ownBytes(this.switches), 1);
    }
    for (let node = count - 1; node >= 0; node -= 1) {
      for (const [sort, size, files] of this.amounts[node]) add(node, sort, size, files);
      const above = this.parents[node];
      if (above < 0) continue;
      for (let fate = 0; fate < width; fate += 1) {
        this.bytes[above * width + fate] += this.bytes[node * width + fate];
        this.files[above * width + fate] += this.files[node * width + fate];
      }
    }
  }

  isFolder(node) {
    return this.children[node] !== null;
  }

  /** Bytes at or below a node; of what is kept back only where that is asked for. */
  size(node, withKept) {
    return this._sum(this.bytes, node, withKept);
  }

  count(node, withKept) {
    return this._sum(this.files, node, withKept);
  }

  _sum(values, node, withKept) {
    const width = this.fates.length;
    let sum = 0;
    for (let fate = 0; fate < width; fate += 1) {
      if (withKept || fate !== this.kept) sum += values[node * width + fate];
    }
    return sum;
  }

  bytesOf(node, fate) {
    return this.bytes[node * this.fates.length + fate];
  }

  /** The fate of most bytes at or below a node. */
  mainFate(node, withKept) {
    let best = this.kept;
    let most = 0;
    this.fates.forEach((_, fate) => {
      const size = this.bytesOf(node, fate);
      if (size > most && (withKept || fate !== this.kept)) {
        best = fate;
        most = size;
      }
    });
    // Files without bytes have a fate, too.
    if (most === 0) {
      const width = this.fates.length;
      const found = this.fates.findIndex((_, fate) => this.files[node * width + fate] > 0);
      if (found >= 0) best = found;
    }
    return best;
  }

  /** What a folder holds beside its nodes: [fate, bytes, files] of its small files. */
  rest(node, withKept) {
    const sums = new Map();
    for (const [sort, size, files] of this.isFolder(node) ? this.amounts[node] : []) {
      const outcome = this.outcome(this.data.sorts[sort][1], this.switches);
      const fate = outcome === KEPT_BACK ? this.kept : this.data.sorts[sort][0];
      if (fate === this.kept && !withKept) continue;
      const known = sums.get(fate) ?? [fate, 0, 0];
      known[1] += outcome === SENT || outcome === KEPT_BACK ? size : 0;
      known[2] += files;
      sums.set(fate, known);
    }
    return [...sums.values()].sort((one, other) => other[1] - one[1]);
  }

  path(node) {
    const parts = [];
    for (let here = node; here > 0; here = this.parents[here]) parts.unshift(this.names[here]);
    return parts.join("/");
  }

  isInside(node, folder) {
    for (let here = node; here >= 0; here = this.parents[here]) {
      if (here === folder) return true;
    }
    return false;
  }
}
