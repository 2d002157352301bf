// The map that people explore: a ground of districts and tiles of alternatives stay where they are; a filter changes only what is
// asked of the tiles. Whatever a partner wrote reaches the page through textContent only.
"use strict";

const CommonsExplore = (() => {
  const { element, says } = CommonsMap;
  const DEEPEST = 18;
  const APART_PX = 24; // what no zoom parts further than that is listed instead
  const AREA = { ...CommonsMap.DISTRICT, fillColor: "#e8ecef" };
  const CHOSEN_AREA = { ...CommonsMap.SELECTED_DISTRICT, fill: false, interactive: false };
  const CHOSEN = { radius: 11, color: "#111111", weight: 3, fill: false, interactive: false, pane: "bxl-places" };

  const loaded = new Map(); // what was fetched, by its address
  function fetched(address) {
    if (!loaded.has(address)) {
      const answer = fetch(address).then((found) => found.ok ? found.json() : Promise.reject(new Error(String(found.status))));
      loaded.set(address, answer.catch((failure) => { loaded.delete(address); throw failure; }));
    }
    return loaded.get(address);
  }

  // What of the map outlasts a filter.
  class Scene {
    constructor(map) {
      this.map = map;
      this.areas = new Map();
      this.ground = { categories: {}, texts: { several: "{count}", more: "+ {count}", precision: {} } }; // until it is there
      this.tip = L.tooltip({ className: "bxl-hint", direction: "top", offset: [0, -8], pane: "tooltipPane" });
      map.on("click", ({ latlng, originalEvent }) => this.press(latlng, null, originalEvent));
      if (L.Browser.mobile) return;
      map.on("mousemove", ({ latlng }) => this.hover(latlng));
      map.on("mouseout movestart", () => this.tip.remove());
    }

    show(group, drawn) {
      this.group = group;
      this.drawn = drawn;
      if (drawn.basemap && !this.under) {
        const { url, deepest } = drawn.basemap;
        const options = { maxNativeZoom: deepest, maxZoom: DEEPEST, className: "bxl-under", referrerPolicy: "origin" };
        this.under = L.tileLayer(url, options).addTo(this.map);
      }
      fetched(drawn.ground).then((ground) => {
        if (this.drawn !== drawn) return;
        if (this.address !== drawn.ground) this.lay(ground, drawn.ground);
        this.outline(drawn.district);
      });
      this.look(drawn); // before any tile is asked for
      if (drawn.tiles === null) this.tiles?.remove();
      else if (!this.tiles) {
        this.tiles = new CommonsTiles.Layer(drawn.tiles, drawn.language, { pane: "bxl-places", ink: drawn.colour }).addTo(this.map);
      } else {
        this.tiles.ask(drawn.tiles);
        if (!this.map.hasLayer(this.tiles)) this.tiles.addTo(this.map);
      }
      this.mark(drawn.chosen);
      if (drawn.colour) this.map.getContainer().style.setProperty("--mark", drawn.colour);
    }

    // A view of the address counts once, a district or a finding each time that it is another.
    look({ view, fit }) {
      const wanted = JSON.stringify(fit ?? null);
      const first = this.fitted === undefined;
      if (first && view) this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
      else if (fit && wanted !== this.fitted) this.map.fitBounds(fit, { maxZoom: 16, padding: [24, 24], animate: !first });
      this.fitted = wanted;
    }

    mark(chosen) {
      this.ring?.remove();
      this.ring = null;
      if (!chosen) return;
      this.ring = L.circleMarker([chosen.lat, chosen.lon], CHOSEN).addTo(this.map);
      if (this.seen !== chosen.id) this.map.panInside(this.ring.getLatLng(), { padding: [60, 60] });
      this.seen = chosen.id;
    }

    lay(ground, address) {
      this.land?.remove();
      this.ground = ground;
      this.address = address;
      this.areas.clear();
      const areas = L.geoJSON(ground.districts, {
        style: this.drawn.basemap ? { ...AREA, fillOpacity: 0 } : AREA,
        onEachFeature: ({ properties: { code } }, layer) => {
          const name = ground.names[code];
          this.areas.set(code, layer);
          layer.on("click", (event) => {
            L.DomEvent.stopPropagation(event);
            this.press(event.latlng, { code, name });
          });
          layer.on("mousemove", () => { this.over = name; });
          layer.on("mouseout", () => { this.over = ""; });
        },
      });
      const communes = L.geoJSON(ground.communes, { style: CommonsMap.COMMUNE, interactive: false });
      this.land = L.layerGroup([areas, communes]).addTo(this.map);
      areas.bringToBack();
      CommonsMap.labels(this.land, ground.labels);
      CommonsMap.labels(this.land, ground.small, "bxl-small");
      CommonsMap.thinLabels(this.map);
    }

    outline(code) {
      this.line?.remove();
      const area = this.areas.get(code);
      this.line = area ? L.geoJSON(area.feature, { style: CHOSEN_AREA, interactive: false }).addTo(this.map) : null;
    }

    found(latlng) {
      return this.tiles && this.map.hasLayer(this.tiles) ? this.tiles.at(latlng) : null;
    }

    nameOf(mark) {
      return mark[`name_${this.drawn.language}`] ?? mark.name;
    }

    titleOf(mark) {
      if (mark.count === 1) return this.nameOf(mark);
      return this.ground.texts.several.replace("{count}", this.tiles.written(mark.count));
    }

    hover(latlng) {
      const mark = this.found(latlng);
      const said = mark ? this.titleOf(mark) : this.over;
      this.map.getContainer().classList.toggle("bxl-over", Boolean(mark));
      if (said) this.tip.setLatLng(mark?.latlng ?? latlng).setContent(element("div", "", said)).addTo(this.map);
      else this.tip.remove();
    }

    press(latlng, area) {
      this.tip.remove();
      const mark = this.found(latlng);
      if (mark?.count === 1) this.choose(mark, mark.latlng);
      else if (mark) this.part(mark);
      else if (area) this.say("district", area.code, latlng);
    }

    say(kind, id, latlng) {
      this.group.fire("click", { latlng, layer: says({}, kind, id) });
    }

    choose(mark, latlng) {
      const content = element("div", "bxl-popup");
      const title = element("strong");
      title.append(this.drawn.cards ? this.link(mark.id, this.nameOf(mark)) : this.nameOf(mark));
      content.append(title, element("div", "", this.ground.categories[mark.category] ?? ""));
      const note = this.ground.texts.precision[mark.precision];
      if (note) content.append(element("em", "", note));
      this.open(content, latlng);
      this.say("place", mark.id, latlng);
    }

    link(id, name) {
      const link = element("a", "", name);
      link.href = this.drawn.cards.replace("{id}", encodeURIComponent(id));
      return link;
    }

    button({ id, name }, latlng) {
      const button = element("button", "", name);
      button.type = "button";
      button.addEventListener("click", () => this.say("place", id, latlng));
      return button;
    }

    // A cluster opens: the map goes where it parts, or, where nothing would part it, its alternatives are listed.
    part(mark) {
      if (!mark.number) {
        this.list(mark, mark.members.map((member) => ({ ...member, name: this.nameOf(member) })), mark.count);
        return;
      }
      const [a, b] = [mark.box.getNorthWest(), mark.box.getSouthEast()].map((corner) => this.map.project(corner, DEEPEST));
      if (Math.max(b.x - a.x, b.y - a.y) > APART_PX && this.map.getZoom() < DEEPEST) {
        const near = this.map.getBoundsZoom(mark.box.pad(0.1));
        this.map.setView(mark.box.getCenter(), Math.min(DEEPEST, Math.max(near, this.map.getZoom() + 1)));
        return;
      }
      const box = mark.box.pad(0.01);
      const hair = 1e-6; // the box is told in whole units of its tile
      const sides = [box.getWest() - hair, box.getSouth() - hair, box.getEast() + hair, box.getNorth() + hair];
      const query = new URLSearchParams(this.drawn.tiles);
      query.set("lang", this.drawn.language);
      query.set("box", sides.map((side) => side.toFixed(7)).join(","));
      fetch(`/places?${query}`).then((answer) => answer.json())
        .then(({ places }) => this.list(mark, places, mark.count), () => {});
    }

    list(mark, places, count) {
      const content = element("div", "bxl-popup");
      const lines = element("ul");
      const shown = places.slice(0, 40);
      shown.forEach((place) => {
        const line = element("li");
        line.append(this.drawn.cards ? this.link(place.id, place.name) : this.button(place, mark.latlng), element("span", "", this.ground.categories[place.category] ?? ""));
        lines.append(line);
      });
      content.append(element("strong", "", this.titleOf(mark)), lines);
      if (count > shown.length) {
        content.append(element("div", "", this.ground.texts.more.replace("{count}", this.tiles.written(count - shown.length))));
      }
      this.open(content, mark.latlng);
    }

    open(content, latlng) {
      L.popup({ maxHeight: 220, autoPanPadding: [12, 12] }).setLatLng(latlng).setContent(content).openOn(this.map);
    }
  }

  const scenes = new WeakMap();
  const Layer = CommonsMap.Layer.extend({
    onAdd(map) {
      CommonsMap.Layer.prototype.onAdd.call(this, map);
      if (!scenes.has(map)) scenes.set(map, new Scene(map));
      scenes.get(map).show(this, this.drawn);
    },
  });

  return { fetched, layer: (drawn) => new Layer(drawn) };
})();
