"use strict";
// The sentences of the page, filtered: by the fields, by a click on a chart or a cell, or by the address.
(function () {
  const holder = document.getElementById("sentences");
  if (!holder) return;
  const given = JSON.parse(holder.textContent);
  const rows = given.rows.map((row) => Object.fromEntries(given.columns.map((name, n) => [name, row[n]])));
  const form = document.getElementById("ask");
  const fields = Array.from(form.elements).filter((one) => one.name);
  const list = document.getElementById("asked");
  const told = document.getElementById("ask-count");
  const more = document.getElementById("ask-more");
  const STEP = 20;
  let found = [];
  let shown = 0;

  fields.filter((one) => one.tagName === "SELECT").forEach(function (field) {
    const counts = new Map();
    rows.forEach((row) => counts.set(row[field.name], (counts.get(row[field.name]) || 0) + 1));
    Array.from(counts).filter((one) => one[0]).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .forEach((one) => field.add(new Option(`${one[0]} (${one[1]})`, one[0])));
  });

  function wanted() {
    return Object.fromEntries(fields.map((one) => [one.name, one.value.trim()]).filter((one) => one[1]));
  }

  function matches(row, want, words) {
    for (const name of ["target", "stance", "source", "theme", "lang"])
      if (want[name] && row[name] !== want[name]) return false;
    if (want.from && !(row.published >= want.from)) return false;
    if (want.to && !(row.published && row.published <= want.to)) return false;
    const text = words.length ? `${row.text} ${row.title}`.toLowerCase() : "";
    return words.every((word) => text.includes(word));
  }

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    return Object.assign(made, attributes);
  }

  function quote(row) {
    // Places are code points; strings of a browser count half of some characters.
    const letters = Array.from(row.text);
    const part = (from, to) => letters.slice(from, to).join("");
    const text = element("p", "", { dir: "auto", lang: row.lang });
    if (row.start === null) text.append(row.text);
    else text.append(part(0, row.start), element("mark", part(row.start, row.end)), part(row.end));
    const footer = element("footer");
    footer.append(
      element("b", row.stance, { className: row.stance }), ` towards ${row.target} · `,
      element("bdi", row.source), ` · ${row.day} · ${Math.round(100 * row.proba)} % sure`
    );
    if (row.theme) footer.append(" · ", element("bdi", row.theme));
    if (row.holder) footer.append(" · said by ", element("bdi", row.holder));
    if (row.url)
      footer.append(" · ", element("a", "read the article", { href: row.url, rel: "noopener noreferrer", target: "_blank" }));
    const made = element("blockquote");
    made.append(text, footer);
    return made;
  }

  function showMore() {
    list.append(...found.slice(shown, shown + STEP).map(quote));
    shown = Math.min(found.length, shown + STEP);
    more.hidden = shown >= found.length;
  }

  function show() {
    const want = wanted();
    const words = (want.words || "").toLowerCase().split(/\s+/).filter(Boolean);
    found = rows.filter((row) => matches(row, want, words));
    shown = 0;
    list.replaceChildren();
    const n = (stance) => found.filter((row) => row.stance === stance).length;
    told.textContent = found.length
      ? `${found.length} sentences: ${n("favor")} in favor, ${n("against")} against, ${n("none")} neither`
      : "No sentence is like this; leave a field empty.";
    showMore();
  }

  function keep() {
    const text = new URLSearchParams(wanted()).toString();
    history.replaceState(null, "", text ? `#ask?${text}` : "#ask");
  }

  function ask(want, scroll) {
    fields.forEach((one) => (one.value = want[one.name] || ""));
    show();
    if (scroll) form.scrollIntoView({ block: "start" });
  }

  function fromAddress() {
    if (location.hash.startsWith("#ask?")) ask(Object.fromEntries(new URLSearchParams(location.hash.slice(5))), true);
  }

  function csv() {
    // A spreadsheet would run a cell that begins so.
    const safe = (value) => (/^'*[=+\-@\t\r\n]/.test(value) ? `'${value}` : value);
    const cell = (value) => `"${safe(String(value === null ? "" : value)).replaceAll('"', '""')}"`;
    const lines = found.map((row) => given.columns.map((name) => cell(row[name])).join(","));
    const blob = new Blob(["\ufeff" + [given.columns.join(","), ...lines].join("\r\n")], { type: "text/csv" });
    const link = element("a", "", { href: URL.createObjectURL(blob), download: "sentences.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  form.addEventListener("input", () => { show(); keep(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { show(); keep(); }));
  more.addEventListener("click", showMore);
  document.getElementById("ask-csv").addEventListener("click", csv);
  window.addEventListener("hashchange", fromAddress);
  document.querySelectorAll("[data-ask]").forEach(function (one) {
    one.addEventListener("click", () => { ask(JSON.parse(one.dataset.ask), true); keep(); });
  });
  document.querySelectorAll("[data-ask-outlets]").forEach(function (one) {
    one.on("plotly_click", function (event) {
      ask({ target: one.dataset.askOutlets, source: event.points[0].customdata }, true);
      keep();
    });
  });
  show();
  fromAddress();
})();
