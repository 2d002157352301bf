// Draws vector tiles of alternatives on Leaflet: at most 64 marks a tile, so that the map of a million weighs what that of a
// thousand does. Tiles: docs/tiles.md; their format: https://github.com/mapbox/vector-tile-spec (points only).
"use strict";

const CommonsTiles = (() => {
  const TILE_PX = 256;
  const PAD_PX = 24; // a mark at a tile's edge is drawn whole: its canvas is larger than the tile
  const FINGER_PX = 22;
  const MOUSE_PX = 4;
  const RETRY_MS = 5000;
  const INK = "#b3400a";

  // Protocol buffers: a field is its number and its wire type, 0 a varint, 1 eight bytes, 2 a length and so many bytes, 5 four.
  class Reader {
    constructor(bytes) {
      this.bytes = bytes;
      this.at = 0;
    }
    varint() {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = this.bytes[this.at++];
        if (byte === undefined) throw new RangeError("a tile ends too early");
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    }
    part() {
      const length = this.varint();
      this.at += length;
      if (this.at > this.bytes.length) throw new RangeError("a tile ends too early");
      return this.bytes.subarray(this.at - length, this.at);
    }
    fields(take) {
      while (this.at < this.bytes.length) {
        const key = this.varint();
        const wire = key & 7;
        if (wire === 0) take(key >> 3, this.varint());
        else if (wire === 2) take(key >> 3, this.part());
        else this.at += wire === 1 ? 8 : 4;
      }
    }
  }

  const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);
  const text = new TextDecoder();

  function numbers(bytes) {
    const reader = new Reader(bytes);
    const found = [];
    while (reader.at < bytes.length) found.push(reader.varint());
    return found;
  }

  function valueOf(bytes) {
    let value = null;
    new Reader(bytes).fields((field, told) => {
      if (field === 1) value = text.decode(told);
      else if (field === 4 || field === 5) value = told;
      else if (field === 6) value = unzigzag(told);
    });
    return value;
  }

  // The marks of a tile, x and y as shares of its side from the north-west.
  function decode(buffer) {
    const marks = [];
    new Reader(new Uint8Array(buffer)).fields((field, layer) => {
      if (field !== 3) return;
      const keys = [];
      const values = [];
      const features = [];
      let extent = 4096;
      new Reader(layer).fields((part, told) => {
        if (part === 2) features.push(told);
        else if (part === 3) keys.push(text.decode(told));
        else if (part === 4) values.push(valueOf(told));
        else if (part === 5) extent = told;
      });
      features.forEach((feature) => {
        const mark = {};
        new Reader(feature).fields((part, told) => {
          if (part === 2) {
            const tags = numbers(told);
            for (let i = 0; i < tags.length; i += 2) mark[keys[tags[i]]] = values[tags[i + 1]];
          } else if (part === 4) {
            const [, x, y] = numbers(told); // one MoveTo of one point
            mark.x = unzigzag(x) / extent;
            mark.y = unzigzag(y) / extent;
          }
        });
        ["west", "north", "east", "south"].forEach((side) => { if (side in mark) mark[side] /= extent; });
        marks.push(mark);
      });
    });
    return marks;
  }

  // What lies at one point is one mark that bears its number.
  function spots(marks) {
    const found = new Map();
    marks.forEach((mark) => {
      const key = `${mark.x} ${mark.y} ${mark.number ? "cluster" : mark.precision === "exact"}`;
      const spot = found.get(key);
      if (spot) spot.members.push(mark);
      else found.set(key, { ...mark, members: [mark] });
    });
    return [...found.values()].map((spot) => {
      const count = spot.number ?? spot.members.length;
      return { ...spot, count, exact: spot.precision === "exact", radius: radiusOf(count, spot) };
    });
  }

  function radiusOf(count, { number, precision }) {
    if (number) return 10 + 2.5 * Math.log10(count);
    if (count > 1) return 9.5;
    return precision === "exact" ? 5 : 6;
  }

  // An exact place is a dot; one known only by its district a hollow square; several bear their number.
  function draw(pen, { x, y, number, count, exact, radius }, written, ink) {
    const [left, top] = [x * TILE_PX + PAD_PX, y * TILE_PX + PAD_PX];
    const several = count > 1;
    pen.beginPath();
    if (exact || number) pen.arc(left, top, radius, 0, 2 * Math.PI);
    else pen.rect(left - radius, top - radius, 2 * radius, 2 * radius);
    pen.fillStyle = exact || number ? ink : "#ffffff";
    pen.strokeStyle = exact || number ? "#ffffff" : ink;
    pen.lineWidth = exact || number ? 1.5 : 2;
    pen.fill();
    pen.stroke();
    if (!several) return;
    pen.fillStyle = exact || number ? "#ffffff" : ink;
    pen.font = "700 11px 'Source Sans', system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(written(count), left, top + 0.5);
  }

  const Layer = L.GridLayer.extend({
    options: { tileSize: TILE_PX, minZoom: 8, maxZoom: 20, updateWhenZooming: false, keepBuffer: 1, className: "bxl-tiles" },

    initialize(query, language, options) {
      L.GridLayer.prototype.initialize.call(this, options);
      this.query = query;
      const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
      const whole = new Intl.NumberFormat(language);
      this.written = (count) => (count < 10000 ? whole : compact).format(count);
      this.on("tileunload", ({ tile }) => tile.bxl.abort.abort());
    },

    // Tiles are drawn anew where they stand: nothing disappears between one filter and the next.
    ask(query) {
      if (query === this.query) return;
      this.query = query;
      Object.values(this._tiles).forEach(({ el, coords }) => this.fill(el, coords, () => {}));
    },

    createTile(coords, done) {
      const tile = document.createElement("div");
      const canvas = document.createElement("canvas");
      // Twice as dense at least: between two zooms a tile is shown smaller or larger than it is drawn.
      const density = Math.min(Math.max(window.devicePixelRatio || 1, 2), 3);
      canvas.width = canvas.height = (TILE_PX + 2 * PAD_PX) * density;
      Object.assign(canvas.style, { position: "absolute", left: `${-PAD_PX}px`, top: `${-PAD_PX}px` });
      canvas.style.width = canvas.style.height = `${TILE_PX + 2 * PAD_PX}px`;
      tile.append(canvas);
      tile.bxl = { canvas, density, marks: [], abort: new AbortController() };
      this.fill(tile, coords, done);
      return tile;
    },

    // Whether any tile still shows an earlier answer.
    busy() {
      return Object.values(this._tiles).some(({ el }) => el.bxl.shown !== this.query);
    },

    async fill(tile, coords, done) {
      tile.bxl.abort.abort();
      const { signal } = (tile.bxl.abort = new AbortController());
      const query = this.query;
      try {
        const address = `/tiles/${coords.z}/${coords.x}/${coords.y}.mvt`;
        const answer = await fetch(query ? `${address}?${query}` : address, { signal });
        if (!answer.ok) throw new Error(String(answer.status));
        const marks = spots(decode(await answer.arrayBuffer()));
        if (signal.aborted) return;
        this.paint(tile, marks);
        tile.bxl.shown = query;
        done(null, tile);
      } catch (failure) {
        if (signal.aborted) return;
        done(failure, tile);
        setTimeout(() => { if (!signal.aborted) this.fill(tile, coords, () => {}); }, RETRY_MS);
      }
    },

    paint(tile, marks) {
      const { canvas, density } = tile.bxl;
      const pen = canvas.getContext("2d");
      pen.setTransform(density, 0, 0, density, 0, 0);
      pen.clearRect(0, 0, TILE_PX + 2 * PAD_PX, TILE_PX + 2 * PAD_PX);
      // The larger lie below.
      marks.sort((a, b) => b.radius - a.radius).forEach((mark) => draw(pen, mark, this.written, this.options.ink || INK));
      tile.bxl.marks = marks;
    },

    // The mark at a point of the map, with its place and box in degrees; the nearest of those that a finger may mean.
    at(latlng) {
      const point = this._map.project(latlng, this._tileZoom);
      const scale = this._map.getZoomScale(this._map.getZoom(), this._tileZoom);
      const slack = L.Browser.mobile ? FINGER_PX : MOUSE_PX;
      let best = null;
      this.each((mark, world) => {
        const away = (world.distanceTo(point) - mark.radius) * scale;
        if (away <= slack && (!best || away < best.away)) best = { away, mark, world };
      });
      return best && { ...best.mark, latlng: this._map.unproject(best.world, this._tileZoom), box: best.mark.boxOf() };
    },

    each(take) {
      Object.values(this._tiles).filter(({ coords }) => coords.z === this._tileZoom).forEach(({ el, coords }) => {
        const corner = (x, y) => L.point(coords.x + x, coords.y + y).multiplyBy(TILE_PX);
        el.bxl.marks.forEach((mark) => {
          const boxOf = () => mark.number && L.latLngBounds(
            this._map.unproject(corner(mark.west, mark.south), this._tileZoom),
            this._map.unproject(corner(mark.east, mark.north), this._tileZoom));
          take({ ...mark, boxOf }, corner(mark.x, mark.y));
        });
      });
    },
  });

  return { decode, Layer };
})();
