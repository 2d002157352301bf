// Draws the map of the territory on Leaflet. Whatever a partner wrote reaches the page through textContent only.
"use strict";

const CommonsMap = (() => {
  const PHONE_PX = 600;
  const LEGEND_PX = 252; // its max-width in the style sheet, which may not be there yet when the map is drawn
  const BESIDE_LEGEND_PX = 130; // left free beside the region: an open legend hides little of it
  const BILINGUAL_ZOOM = 12.5;
  const SMALL_ZOOM = 13.5;
  const DOT_RADIUS_PX = L.Browser.mobile ? 6 : 5;
  const DOT = { radius: DOT_RADIUS_PX, color: "#ffffff", weight: 1.5, fillColor: "#b3400a", fillOpacity: 1 };
  const SELECTED_DOT = { radius: DOT_RADIUS_PX + 3, color: "#111111", weight: 3 };
  const DISTRICT = { color: "#7d8894", weight: 0.6, fillOpacity: 1 };
  const SELECTED_DISTRICT = { color: "#111111", weight: 3 };
  const COMMUNE = { color: "#3d4854", weight: 1.4, fill: false, interactive: false };
  // Lines and dots of the districts without a value: the pattern's tile in pixels, its ground, its strokes.
  const PATTERNS = {
    none: { size: 10, ground: "#f1f1ef", path: "M5 3.4 a1.6 1.6 0 1 0 .01 0" },
    no_population: { size: 7, ground: "#f1f1ef", path: "M-1 1 L1 -1 M0 7 L7 0 M6 8 L8 6" },
    unknown: { size: 6, ground: "#f1f1ef", path: "M3 0 V6" },
    suppressed: { size: 6, ground: "#f1f1ef", path: "M2 3 h1.6" },
    withheld: { size: 7, ground: "#e4e2dd", path: "M0 0 L7 7 M0 7 L7 0" },
    blind_spot: { size: 7, ground: "#dedbd4", path: "M0 3.5 H7" },
  };

  function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function svg(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  }

  function patterns() {
    const made = Object.entries(PATTERNS).map(([state, { size, ground, path }]) =>
      svg("pattern", { id: `district-${state}`, width: size, height: size, patternUnits: "userSpaceOnUse" },
        svg("rect", { width: size, height: size, fill: ground }),
        svg("path", { d: path, fill: "none", stroke: "#6b6f75", "stroke-width": 1 })));
    return svg("svg", { class: "bxl-patterns", "aria-hidden": "true" }, svg("defs", {}, ...made));
  }

  // A click reaches Python as {kind, id, at}: streamlit-folium asks the clicked layer for its GeoJSON. The moment makes
  // every click a new value.
  function says(layer, kind, id) {
    layer.toGeoJSON = () => ({ kind, id, at: Date.now() });
    return layer;
  }

  function hint(layer, lines) {
    if (L.Browser.mobile) return layer;
    const content = element("div");
    content.append(...lines.filter(Boolean).map((line) => element("div", "", line)));
    return layer.bindTooltip(content, { sticky: true, className: "bxl-hint" });
  }

  // An open legend would lie over a popup at the left: the map moves until the popup stands beside it.
  function besideLegend(group) {
    const left = group.legend.getContainer().open ? LEGEND_PX + 24 : 12;
    return { maxHeight: 220, autoPanPaddingTopLeft: [left, 12], autoPanPaddingBottomRight: [12, 12] };
  }

  function districts(group, drawn) {
    const selected = [];
    L.geoJSON(drawn.districts ?? [], {
      style: ({ properties }) => ({ ...DISTRICT, fillColor: properties.fill }),
      onEachFeature: ({ properties: { code, name, reading } }, layer) => {
        const content = element("div", "bxl-popup");
        content.append(element("strong", "", name), element("div", "", reading));
        group.addLayer(hint(says(layer, "district", code), [name, reading]).bindPopup(content, besideLegend(group)));
        if (code === drawn.selected) selected.push(layer.setStyle(SELECTED_DISTRICT));
      },
    });
    if (drawn.communes) group.addLayer(L.geoJSON(drawn.communes, { style: COMMUNE, interactive: false }));
    selected.forEach((layer) => layer.bringToFront());
  }

  function labels(group, names, kind = "") {
    names.forEach(({ lat, lon, name, other }) => {
      const text = element("div");
      text.append(element("span", "", name), element("span", "bxl-other", other));
      const icon = L.divIcon({ html: text, className: `bxl-label ${kind}`, iconSize: [0, 0] });
      group.addLayer(L.marker([lat, lon], { icon, pane: "bxl-labels", interactive: false, keyboard: false }));
    });
  }

  // Names come largest commune first, then those of neighbourhoods, near by only; one that would lie over an earlier one waits
  // until the map is nearer.
  function thinLabels(map) {
    const pane = map.getPane("bxl-labels");
    pane.dataset.names = map.getZoom() < BILINGUAL_ZOOM ? "one" : "both";
    const taken = [];
    pane.querySelectorAll(".bxl-label > div").forEach((label) => {
      label.hidden = label.parentNode.classList.contains("bxl-small") && map.getZoom() < SMALL_ZOOM;
      if (label.hidden) return;
      const box = label.getBoundingClientRect();
      label.hidden = taken.some((other) =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
      if (!label.hidden) taken.push(box);
    });
  }

  function popup(mark, layer, group) {
    const content = element("div", "bxl-popup");
    if (mark.count === 1) {
      content.append(element("strong", "", mark.places[0].name), element("div", "", mark.places[0].category));
    } else {
      const list = element("ul");
      mark.places.forEach((place) => {
        const button = element("button", "", place.name);
        button.type = "button";
        button.addEventListener("click", () =>
          group.fire("click", { latlng: layer.getLatLng(), layer: says({}, "place", place.id) }));
        const line = element("li");
        line.append(button, element("span", "", place.category));
        list.append(line);
      });
      content.append(element("strong", "", mark.title), list, element("div", "", mark.more));
    }
    if (mark.note) content.append(element("em", "", mark.note));
    return content;
  }

  // An exact place is a dot; a place known only by its district a hollow square; several at one spot bear their number.
  // Marks are no tab stops: three hundred of them would stand between a keyboard and the list that holds the same.
  function marks(group, drawn) {
    drawn.marks.forEach((mark) => {
      const exact = mark.precision === "exact";
      const chosen = mark.places.some(({ id }) => id === drawn.selected);
      const spot = [mark.lat, mark.lon];
      let layer;
      if (exact && mark.count === 1) {
        layer = L.circleMarker(spot, { ...DOT, ...(chosen && SELECTED_DOT), pane: "bxl-places" });
      } else {
        const sign = element("div", "", mark.count > 1 ? String(mark.count) : "");
        const className = `bxl-mark ${exact ? "bxl-exact" : "bxl-general"} ${chosen ? "bxl-selected" : ""}`;
        const size = mark.count > 1 ? 19 : 12;
        const icon = L.divIcon({ html: sign, className, iconSize: [size, size] });
        layer = L.marker(spot, { icon, keyboard: false, riseOnHover: true, zIndexOffset: chosen ? 1000 : 0 });
      }
      if (mark.count === 1) says(layer, "place", mark.places[0].id);
      else layer.toGeoJSON = () => null; // its popup's names say which one
      hint(layer, mark.count === 1 ? [mark.places[0].name, mark.note] : [mark.title, mark.note]);
      layer.bindPopup(popup(mark, layer, group), besideLegend(group));
      group.addLayer(layer);
      if (chosen) group.chosen = layer;
    });
  }

  function drawing({ path, fill, stroke, stroke_px }, px) {
    return svg("svg", { viewBox: "-8 -8 16 16", width: px, height: px, "aria-hidden": "true" },
      svg("path", { d: path, fill, stroke, "stroke-width": stroke_px }));
  }

  // What an upload makes of records: a shape for each fate. Its popup is read; nothing in it is to be clicked.
  function fates(group, drawn) {
    (drawn.fates ?? []).forEach(({ lat, lon, sign, px, title, lines }, order) => {
      const icon = L.divIcon({ html: drawing(sign, px), className: "bxl-fate", iconSize: [px, px] });
      const layer = L.marker([lat, lon], { icon, keyboard: false, zIndexOffset: order });
      layer.toGeoJSON = () => null;
      const content = element("div", "bxl-popup");
      content.append(element("strong", "", title), ...lines.map((line) => element("div", "", line)));
      group.addLayer(hint(layer, [title, ...lines.slice(0, 1)]).bindPopup(content, besideLegend(group)));
    });
  }

  function legend({ legend: { title, fills, signs }, texts, attribution }, map) {
    const box = element("details", "bxl-legend");
    box.open = map.legendIsOpen ?? map.getSize().x >= PHONE_PX;
    box.addEventListener("toggle", () => { map.legendIsOpen = box.open; });
    box.append(element("summary", "", title || texts.legend));
    fills.forEach(({ fill, label }) => {
      const swatch = svg("svg", { width: 22, height: 14, "aria-hidden": "true" },
        svg("rect", { x: 0.5, y: 0.5, width: 21, height: 13, fill, stroke: "#7d8894" }));
      const line = element("div", "bxl-line");
      line.append(swatch, element("span", "", label));
      box.append(line);
    });
    signs.forEach(({ sign, shape, label }) => {
      const line = element("div", "bxl-line");
      const shown = shape ? drawing(shape, 18)
        : element("i", `bxl-sign bxl-sign-${sign}`, sign === "several" ? "3" : "");
      line.append(shown, element("span", "", label));
      box.append(line);
    });
    if (attribution) box.append(element("div", "bxl-attribution", attribution));
    L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
    return box;
  }

  function prepare(map, { texts, language, bounds }) {
    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", texts.label);
    container.lang = language;
    document.title = texts.label;
    [["in", texts.zoom_in], ["out", texts.zoom_out]].forEach(([way, text]) => {
      const button = container.querySelector(`.leaflet-control-zoom-${way}`);
      button.title = text;
      button.setAttribute("aria-label", text);
    });
    map.texts = texts;
    if (map.getPane("bxl-labels")) return;
    container.classList.add("bxl-map");
    container.append(patterns());
    const beside = map.getSize().x >= PHONE_PX ? BESIDE_LEGEND_PX : 0;
    map.fitBounds(bounds, { animate: false, paddingTopLeft: [beside, 0] });
    map.createPane("bxl-labels").style.zIndex = 550;
    map.createPane("bxl-places").style.zIndex = 500;
    map.on("zoomend", () => thinLabels(map));
    document.querySelectorAll("link[rel=stylesheet]")
      .forEach((link) => link.addEventListener("load", () => thinLabels(map)));
    map.on("popupopen", ({ popup: { _closeButton } }) => _closeButton.setAttribute("aria-label", map.texts.close));
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  }

  const Layer = L.FeatureGroup.extend({
    initialize(drawn) {
      L.FeatureGroup.prototype.initialize.call(this);
      this.drawn = drawn;
    },
    onAdd(map) {
      prepare(map, this.drawn);
      this.legend = L.control({ position: "bottomleft" });
      this.legend.onAdd = () => legend(this.drawn, map);
      this.legend.addTo(map);
      labels(this, this.drawn.labels);
      [districts, marks, fates].forEach((draw) => draw(this, this.drawn));
      L.FeatureGroup.prototype.onAdd.call(this, map);
      thinLabels(map);
      if (this.chosen) {
        map.panInside(this.chosen.getLatLng(), { padding: [60, 60] });
        this.chosen.openPopup();
      }
    },
    onRemove(map) {
      this.legend.remove();
      L.FeatureGroup.prototype.onRemove.call(this, map);
      this.clearLayers();
    },
  });

  return { COMMUNE, DISTRICT, SELECTED_DISTRICT, Layer, element, labels, layer: (drawn) => new Layer(drawn), says, thinLabels };
})();
