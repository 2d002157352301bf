// What to say where a page of the dashboard stays blank: all of it comes by a WebSocket, which a proxy may not let through.
// After a while one of our own is tried, at an address that does nothing else; what became of it tells what to say.
"use strict";

(() => {
  const { words, list, trial } = JSON.parse(document.currentScript.dataset.shell);
  const FIRST_MS = 8000;
  const AGAIN_MS = 15000;
  const TRIAL_MS = 5000;
  let notice = null;

  const isDrawn = () => document.querySelector(".st-key-pages") !== null;

  function comesThrough() {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${trial}`);
      socket.onopen = () => resolve(true);
      socket.onerror = socket.onclose = () => resolve(false);
      setTimeout(() => resolve(false), TRIAL_MS);
    });
  }

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    Object.assign(made, attributes);
    return made;
  }

  function show(what) {
    notice?.remove();
    notice = element("div", "", { role: "alert", id: "shell-notice" });
    notice.style.cssText =
      "position:fixed;inset:0 0 auto;z-index:1000000;padding:1.5rem;background:#fff;color:#1a1a1a;font:1rem/1.5 sans-serif";
    notice.append(
      element("h1", words[what], { style: "font-size:1.4rem;margin:0" }),
      element("p", words[`${what}_lead`]),
      element("a", words.to_list, { href: list }),
    );
    document.body.append(notice);
  }

  async function look() {
    if (isDrawn()) return;
    const through = await comesThrough();
    if (!through) fetch(trial, { cache: "no-store" }).catch(() => {}); // so that the server's log says it too
    if (!isDrawn()) show(through ? "slow" : "no_connection");
    setTimeout(look, AGAIN_MS);
  }

  new MutationObserver((_, observer) => {
    if (!isDrawn()) return;
    notice?.remove();
    observer.disconnect();
  }).observe(document.body, { childList: true, subtree: true });
  setTimeout(look, FIRST_MS);
})();
