"use strict";
// Tables of stances and of outlets under a filter. Intervals are those of the training and are never worked out
// here: where the filter asks for other articles than theirs, cells show plain counts of what passes.
(function () {
  const { data } = view;
  const { articles, sentences } = data;

  // Net stance by outlet and by theme

  const tables = ["by-outlet", "by-theme"].map((id) => document.getElementById(id)).filter(Boolean);
  const own = { source: ["target", "source"], theme: ["target", "theme"] };

  function keyOf(row) {
    if (row.dataset.isTheme !== undefined) return data.themes.findIndex((one) => String(one.id) === row.dataset.isTheme);
    return row.dataset.isSource === undefined ? null : data.sources.indexOf(row.dataset.isSource);
  }

  function tally(apart) {
    const mask = view.sentences(apart);
    const n = new Map();
    for (let row = 0; row < sentences.n; row++) {
      if (!mask[row]) continue;
      const key = `${articles[apart][sentences.article[row]]} ${sentences.target[row]}`;
      if (!n.has(key)) n.set(key, [0, 0, 0]);
      n.get(key)[sentences.stance[row]]++;
    }
    return n;
  }

  function count(cell, n) {
    const counted = cell.querySelector(".counted");
    if (!counted) return;
    counted.textContent = n.some(Boolean)
      ? view.text("stance.counts", { favor: n[0], against: n[1], none: n[2] }) : "0";
  }

  function follow(table) {
    const { apart } = table.dataset;
    const counts = view.keys.some((key) => view.filter[key] && !own[apart].includes(key));
    const n = counts ? tally(apart) : null;
    table.querySelectorAll("tbody tr, tr.all").forEach(function (row) {
      const key = keyOf(row);
      let any = false;
      row.querySelectorAll("td").forEach(function (cell) {
        const target = data.targets.indexOf(cell.dataset.isTarget);
        const own = (counts && n.get(`${key} ${target}`)) || [0, 0, 0];
        if (counts && key !== null) count(cell, own);
        if (own.some(Boolean) && !cell.hidden) any = true;
        const whole = !counts || key === null;
        cell.querySelectorAll(".whole").forEach((one) => (one.hidden = !whole));
        cell.querySelectorAll(".counted").forEach((one) => (one.hidden = whole));
      });
      if (counts && !any) row.hidden = true;
      else if (key === null) row.hidden = false;
    });
  }

  tables.forEach(function (table) {
    view.subscribe(() => follow(table));
    const rows = Array.from(table.tBodies[0].rows);
    const buttons = Array.from(table.querySelectorAll(".sort"));
    const net = (row, target) => Number(
      (Array.from(row.cells).find((one) => one.dataset.isTarget === target && one.dataset.net) || { dataset: { net: -9 } }).dataset.net);
    buttons.forEach(function (button) {
      button.addEventListener("click", function () {
        const head = button.parentElement;
        const turn = head.getAttribute("aria-sort") === "descending" ? "ascending" : head.getAttribute("aria-sort") ? "" : "descending";
        buttons.forEach((one) => one.parentElement.removeAttribute("aria-sort"));
        if (turn) head.setAttribute("aria-sort", turn);
        const sign = turn === "ascending" ? -1 : 1;
        const { sort } = button.dataset;
        const order = turn ? [...rows].sort((one, two) => sign * (net(two, sort) - net(one, sort))) : rows;
        table.tBodies[0].append(...order);
      });
    });
  });

  // Articles of each theme: on the cards, and by outlet

  const parts = Array.from(document.querySelectorAll("[data-count]"));
  const grid = document.getElementById("theme-by-outlet");
  const cells = grid ? Array.from(grid.tBodies[0].rows).map((row) => ({
    source: data.sources.indexOf(row.dataset.isSource),
    all: row.cells[1],
    themes: Array.from(row.cells).slice(2).map((cell) => ({
      cell, theme: data.themes.findIndex((one) => String(one.id) === cell.dataset.isTheme), text: cell.textContent, alpha: cell.style.getPropertyValue("--a") })),
  })) : [];

  view.subscribe(function () {
    const mask = view.articles();
    const filtered = view.isFiltered();
    const themes = new Array(data.themes.length).fill(0);
    const pairs = new Map();
    for (let n = 0; n < articles.n; n++) {
      if (!mask[n]) continue;
      if (articles.theme[n] >= 0) themes[articles.theme[n]]++;
      const key = articles.source[n] * (data.themes.length + 1) + articles.theme[n] + 1;
      pairs.set(key, (pairs.get(key) || 0) + 1);
    }
    parts.forEach(function (one) {
      const theme = data.themes.findIndex((at) => String(at.id) === one.dataset.count);
      one.textContent = filtered ? view.text("theme.pass", { n: themes[theme] }) : "";
    });
    cells.forEach(function ({ source, all, themes: row }) {
      const at = (theme) => pairs.get(source * (data.themes.length + 1) + theme + 1) || 0;
      let total = 0;
      for (let theme = -1; theme < data.themes.length; theme++) total += at(theme);
      all.textContent = filtered ? view.count(total) : all.dataset.all;
      row.forEach(function ({ cell, theme, text, alpha }) {
        const share = total ? at(theme) / total : 0;
        cell.textContent = filtered ? (share ? String(Math.round(100 * share)) : "·") : text;
        cell.style.setProperty("--a", filtered ? share.toFixed(3) : alpha);
      });
    });
  });

  // The articles that pass, as CSV

  const save = document.getElementById("articles-csv");
  if (save) save.addEventListener("click", function () {
    const mask = view.articles();
    const rows = Array.from({ length: articles.n }, (_, n) => n).filter((n) => mask[n]).map((n) => [
      articles.id[n], articles.title[n], data.sources[articles.source[n]], view.isoDay(articles.day[n]), data.langs[articles.lang[n]],
      articles.theme[n] < 0 ? "" : data.themes[articles.theme[n]].name, articles.url[n], articles.x[n], articles.y[n]]);
    csv.save("articles", ["article_id", "title", "source", "published", "lang", "theme", "url", "x", "y"], rows);
  });
})();
