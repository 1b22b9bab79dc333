/* What all pages do: remember the reader's theme. A page is a document without this. */
"use strict";
const okstra = {
  /* Storage that may be forbidden: reading gives null then, writing says false. */
  load(key) { try { return window.localStorage.getItem(key); } catch { return null; } },
  save(key, value) {
    try { window.localStorage.setItem(key, value); return true; } catch { return false; }
  },
  drop(key) { try { window.localStorage.removeItem(key); } catch { /* it was never there */ } },
  /* The JSON that the page carries below this id. */
  data(id) { return JSON.parse(document.getElementById(id).textContent); },
  ready(work) { document.addEventListener("DOMContentLoaded", work); },
};
(() => {
  const root = document.documentElement, key = "okstra:theme";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  const chosen = okstra.load(key);
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  okstra.ready(() => {
    const button = document.getElementById("theme");
    const show = () => {
      button.textContent = current() === "dark" ? button.dataset.toLight : button.dataset.toDark;
      button.hidden = false;
    };
    button.addEventListener("click", () => {
      root.dataset.theme = current() === "dark" ? "light" : "dark";
      okstra.save(key, root.dataset.theme);
      show();
    });
    dark.addEventListener("change", show);
    show();
  });
})();
