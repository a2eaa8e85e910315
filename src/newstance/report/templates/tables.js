"use strict";
// The tables below the charts: shown on demand, filtered like everything else, saved as CSV.
const csv = {
  // A spreadsheet would run a cell that begins so.
  cell(value) {
    const text = String(value === null || value === undefined ? "" : value);
    const safe = typeof value === "string" && /^'*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  },
  save(name, columns, rows) {
    const lines = [columns, ...rows].map((row) => row.map(csv.cell).join(","));
    const blob = new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000); // not before a slow machine has saved it
  },
};

(function () {
  const MOST_ROWS = 200;
  const KEYS = { target: "target", source: "source", theme: "theme_id", lang: "lang" };

  function make(name, text, attributes) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    return Object.assign(made, attributes);
  }

  function button(text) {
    return make("button", text, { type: "button", className: "button" });
  }

  function titleOf(name) {
    return view.data.texts[`table.${name}`] || view.text("table.scores");
  }

  function places(table) {
    const keys = Object.keys(KEYS).filter((key) => view.filter[key] && table.columns.includes(KEYS[key]));
    const values = keys.map((key) => [table.values[table.columns.indexOf(KEYS[key])], view.filter[key]]);
    return Array.from({ length: table.values[0].length }, (_, at) => at)
      .filter((at) => values.every(([column, wanted]) => String(column[at]) === wanted));
  }

  function heading(column) {
    return view.data.texts[`column.${column}`] || column.replaceAll("_", " ");
  }

  function shown(value) {
    if (value === null) return "–";
    return typeof value === "number" && Number.isInteger(value) ? view.count(value) : String(value);
  }

  function draw(holder, table, name) {
    const shownColumns = table.columns.map((_, n) => n).filter((n) => table.columns[n] !== "theme_id");
    const found = places(table);
    const head = make("tr");
    head.append(...shownColumns.map((n) => make("th", heading(table.columns[n]), { scope: "col" })));
    const body = make("tbody");
    found.slice(0, MOST_ROWS).forEach(function (at) {
      const row = make("tr");
      row.append(...shownColumns.map((n) => make("td", shown(table.values[n][at]), {
        dir: "auto", className: typeof table.values[n][at] === "number" ? "num" : "" })));
      body.append(row);
    });
    const made = make("table", "", { className: "plain" });
    const top = make("thead");
    top.append(head);
    made.append(make("caption", titleOf(name), { className: "unseen" }), top, body);
    const scroll = make("div", "", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: view.text("table.show", { name: titleOf(name) }) });
    scroll.append(made);
    holder.replaceChildren(scroll);
    if (found.length > MOST_ROWS) holder.append(make("p", view.text("table.first", { n: MOST_ROWS, all: found.length }), { className: "caption" }));
  }

  document.querySelectorAll("[data-table]").forEach(function (place) {
    const name = place.dataset.table;
    const table = view.data.tables[name];
    if (!table || !table.columns.length) return;
    const save = button(view.text("table.csv"));
    save.append(make("span", ` ${titleOf(name)}`, { className: "unseen" }));
    save.addEventListener("click", function () {
      csv.save(name, table.columns, places(table).map((at) => table.values.map((column) => column[at])));
    });
    if (!("onlyCsv" in place.dataset)) {
      const more = make("details");
      const holder = make("div");
      more.append(make("summary", view.text("table.show", { name: titleOf(name) })), holder);
      more.addEventListener("toggle", () => more.open && draw(holder, table, name));
      view.subscribe(() => more.open && draw(holder, table, name));
      place.append(more);
    }
    place.append(save);
  });
})();
