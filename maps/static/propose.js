// Makes the form of /propose more convenient: what is on the map already is shown while a name is typed, and a point can be
// set on a map. Whatever others wrote reaches the page through textContent only. Without this file the form works the same.
"use strict";

(() => {
  const WAIT_MS = 300;
  const SHORTEST = 3;
  const form = document.querySelector("form[data-lang]");
  const said = form.dataset;

  function element(tag, text = "", attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  document.getElementById("faults")?.focus();

  function address(path, query) {
    return `${path}?${new URLSearchParams(query)}`;
  }

  // Each with a link to its card and one to report an error of it, in a new tab: what is written here is not lost.
  function line({ id, name }) {
    const away = { target: "_blank", rel: "noopener" };
    const error = element("a", said.likelyError, { href: address("/propose", { lang: said.lang, id }), ...away });
    error.setAttribute("aria-label", said.likelyAbout.replace("{name}", () => name));
    const made = element("li");
    made.append(element("a", name, { href: address(`/alternative/${id}`, { lang: said.lang }), ...away }), error);
    return made;
  }

  function show(found) {
    const place = document.getElementById("likely");
    place.replaceChildren();
    if (!found.length) return;
    const list = element("ul");
    list.append(...found.map(line));
    place.append(element("p", said.likely), element("p", said.likelyNote, { class: "hint" }), list);
  }

  function searchWhileTyping(input) {
    let waiting;
    let latest = 0;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      const mine = ++latest;
      waiting = setTimeout(async () => {
        const text = input.value.trim().slice(0, Number(said.longest));
        let found = [];
        if (text.length >= SHORTEST) {
          try {
            const answer = await fetch(address("/search", { q: text, lang: said.lang }));
            found = answer.ok ? (await answer.json()).found.slice(0, 5) : [];
          } catch {
            found = []; // a convenience: without an answer the form is as it was
          }
        }
        if (mine === latest) show(found);
      }, WAIT_MS);
    });
  }

  // Neighbourhoods, communes and their names; without an answer the map is empty, and the degrees can be written.
  async function drawGround(map) {
    const answer = await fetch(said.ground);
    if (!answer.ok) return;
    const drawn = await answer.json();
    const lines = { interactive: false, fillOpacity: 1, fillColor: "#e8ecef", color: "#7d8894", weight: 0.6 };
    L.geoJSON(drawn.districts, { style: lines }).addTo(map).bringToBack();
    L.geoJSON(drawn.communes, { style: { interactive: false, fill: false, color: "#3d4854", weight: 1.4 } }).addTo(map);
    const names = drawn.labels.map(({ lat, lon, name }) => {
      const label = element("span", name);
      const icon = L.divIcon({ className: "commune", iconSize: null, html: label });
      L.marker([lat, lon], { interactive: false, keyboard: false, icon }).addTo(map);
      return label;
    });
    map.on("zoomend", () => showApart(names));
    showApart(names);
  }

  // The largest communes come first: a name that would lie over one of theirs is not shown.
  function showApart(names) {
    const taken = [];
    names.forEach((label) => {
      label.hidden = false;
      const box = label.getBoundingClientRect();
      label.hidden = taken.some((other) => box.left < other.right && other.left < box.right
        && box.top < other.bottom && other.top < box.bottom);
      if (!label.hidden) taken.push(box);
    });
  }

  function pointOnMap(details) {
    const [lat, lon] = ["lat", "lon"].map((name) => document.getElementById(name));
    const degrees = (input) => Number.parseFloat(input.value.replace(",", "."));
    const written = (number) => (said.lang === "en" ? number.toFixed(5) : number.toFixed(5).replace(".", ","));
    const [south, west, north, east] = said.bounds.split(",").map(Number);
    const region = L.latLngBounds([south, west], [north, east]);
    const ground = element("div", "", { id: "map", role: "group", "aria-label": said.mapLabel });
    const centre = element("button", said.mapCentre, { type: "button", class: "quiet" });
    const told = element("p", "", { role: "status", class: "hint" });
    details.querySelector(".pair").before(element("p", said.mapNote, { class: "hint" }), ground, centre, told);
    const map = L.map(ground, { attributionControl: false, zoomControl: false, minZoom: 9, maxZoom: 19, zoomSnap: 0.25,
      maxBounds: region.pad(0.2), zoomAnimation: false, fadeAnimation: false, inertia: false });
    L.control.zoom({ zoomInTitle: said.mapZoomIn, zoomOutTitle: said.mapZoomOut }).addTo(map);
    ground.tabIndex = 0;
    map.fitBounds(region);
    drawGround(map);
    // In a pane of its own: the ground may come after it, and would be drawn over it.
    map.createPane("point").style.zIndex = 450;
    const mark = L.circleMarker([0, 0], { pane: "point", radius: 9, color: "#fff", weight: 3, fillColor: "#b3400a", fillOpacity: 1, interactive: false });

    function draw() {
      const at = [degrees(lat), degrees(lon)];
      if (at.every(Number.isFinite)) mark.setLatLng(at).addTo(map);
      else mark.remove();
    }

    function put({ lat: y, lng: x }) {
      lat.value = written(y);
      lon.value = written(x);
      told.textContent = said.mapSet.replace("{lat}", lat.value).replace("{lon}", lon.value);
      draw();
    }

    map.on("click", (event) => put(event.latlng));
    centre.addEventListener("click", () => put(map.getCenter()));
    [lat, lon].forEach((input) => input.addEventListener("change", draw));
    draw();
    return map;
  }

  // Leaflet's style and the map are made when they are first wanted.
  function offerMap(details) {
    const make = () => {
      const style = element("link", "", { rel: "stylesheet", href: said.style });
      style.addEventListener("load", () => pointOnMap(details), { once: true });
      document.head.append(style);
    };
    if (details.open) make();
    else details.addEventListener("toggle", make, { once: true });
  }

  const name = document.getElementById("name");
  if (name) searchWhileTyping(name);
  const details = document.getElementById("point");
  if (details && window.L) offerMap(details);
})();
