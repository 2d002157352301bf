// The map of a plain page, its list in step with it, and suggestions while one types. Without this file the page holds the same:
// the form and the list work by themselves. Whatever a partner wrote reaches the page through textContent only.
"use strict";

(() => {
  const WAIT_MS = 250;
  const SHORTEST = 3;
  const box = document.getElementById("map");
  const drawn = JSON.parse(box.dataset.drawn);
  const list = document.getElementById("places");
  const count = document.getElementById("count");

  function element(tag, text = "", attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  const cardOf = ({ id }) => drawn.cards.replace("{id}", encodeURIComponent(id));

  function labelOf({ category, neighbourhood, commune }, ground) {
    const where = ground.names[neighbourhood] ?? ground.names[commune];
    return [ground.categories[category], where].filter(Boolean).join(" · ");
  }

  box.hidden = false;
  const map = L.map(box, {
    center: drawn.centre, zoom: 11, zoomSnap: 0.25, minZoom: 9, maxZoom: 18, attributionControl: false,
    maxBounds: drawn.around,
  });
  if (box.classList.contains("small")) map.legendIsOpen = false;
  CommonsExplore.layer(drawn).addTo(map);

  // The list follows the map once a visitor moves it, unless a search or a district says where.
  if (list && !box.dataset.fixed) {
    let asked = 0;
    let waiting;
    const begin = map.getBounds().toBBoxString();
    map.on("moveend", () => {
      clearTimeout(waiting);
      waiting = setTimeout(follow, WAIT_MS);
    });

    async function follow() {
      if (map.getBounds().toBBoxString() === begin && !asked) return;
      const mine = ++asked;
      const query = new URLSearchParams(drawn.tiles);
      query.set("lang", drawn.language);
      query.set("box", map.getBounds().toBBoxString());
      const [answer, ground] = await Promise.all([fetch(`/places?${query}`), CommonsExplore.fetched(drawn.ground)]);
      if (answer.ok && mine === asked) show(await answer.json(), ground);
    }
  }

  function show(found, ground) {
    document.getElementById("pages")?.remove();
    const number = new Intl.NumberFormat(drawn.language);
    const told = count.dataset[found.is_more ? "more" : found.count === 1 ? "one" : "many"];
    const range = found.count > found.places.length ? ` (1–${found.places.length})` : "";
    count.textContent = `${told.replace("{count}", number.format(found.count))} ${count.dataset.inView}${range}`;
    list.start = 1;
    list.replaceChildren(...found.places.map((place) => {
      const line = element("li");
      line.append(element("a", place.name, { href: cardOf(place) }), " ", element("span", labelOf(place, ground)));
      return line;
    }));
  }

  // A combobox (WAI-ARIA's pattern with a list): suggestions of what is public, each a link to its card.
  const input = document.getElementById("q");
  if (input) suggest(input);

  function suggest(box) {
    const options = element("ul", "", { id: "suggestions", role: "listbox", "aria-label": box.labels[0].textContent, hidden: "" });
    box.after(options);
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": options.id, "aria-expanded": "false" })
      .forEach(([name, value]) => box.setAttribute(name, value));
    let asked = 0;
    let waiting;
    let at = -1;

    function close() {
      options.hidden = true;
      options.replaceChildren();
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
      at = -1;
    }

    function point(step) {
      const lines = [...options.children];
      if (!lines.length) return;
      lines[at]?.setAttribute("aria-selected", "false");
      at = (at + step + lines.length) % lines.length;
      lines[at].setAttribute("aria-selected", "true");
      lines[at].scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", lines[at].id);
    }

    async function ask() {
      const mine = ++asked;
      const text = box.value.trim();
      if (text.length < SHORTEST) { close(); return; }
      const query = new URLSearchParams({ q: text, lang: drawn.language });
      try {
        const [answer, ground] = await Promise.all([fetch(`/search?${query}`), CommonsExplore.fetched(drawn.ground)]);
        const { found } = answer.ok ? await answer.json() : { found: [] };
        if (mine !== asked) return;
        close();
        options.append(...found.map((place, order) => {
          const line = element("li", "", { role: "option", id: `suggestion-${order}`, "aria-selected": "false" });
          line.append(place.name, element("span", labelOf(place, ground)));
          line.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = cardOf(place); });
          line.dataset.id = place.id;
          return line;
        }));
        options.hidden = !found.length;
        box.setAttribute("aria-expanded", String(Boolean(found.length)));
      } catch {
        close(); // a convenience: the form finds the same
      }
    }

    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, WAIT_MS); });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(); return; }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        point(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        location.href = cardOf(options.children[at].dataset);
      }
    });
  }
})();
