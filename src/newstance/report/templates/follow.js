"use strict";
// What was written for all articles follows the filter: rows and cards of other targets, outlets, themes and
// languages go, and what a section cannot follow is said above it.
(function () {
  const KEYS = ["target", "source", "theme", "lang"];
  const of = KEYS.map((key) => [key, Array.from(document.querySelectorAll(`[data-is-${key}]`))]);
  const values = new Map();
  const isKey = { target: "isTarget", source: "isSource", theme: "isTheme", lang: "isLang" };
  of.forEach(([key, elements]) => elements.forEach(function (one) {
    if (!values.has(one)) values.set(one, {});
    values.get(one)[key] = one.dataset[isKey[key]].split("\n");
  }));
  const notes = Array.from(document.querySelectorAll("[data-covers]"));

  function names(keys) {
    return keys.map((key) => view.text(`filter.${key}`)).join(", ");
  }

  view.subscribe(function (filter) {
    values.forEach(function (own, one) {
      one.hidden = KEYS.some((key) => own[key] && filter[key] && !own[key].includes(filter[key]));
    });
    notes.forEach(function (note) {
      const covered = note.dataset.covers.split(" ");
      const others = view.keys.filter((key) => filter[key] && !covered.includes(key));
      note.hidden = !others.length;
      note.textContent = others.length ? view.text(note.dataset.says, { keys: names(others) }) : "";
    });
  });
})();
