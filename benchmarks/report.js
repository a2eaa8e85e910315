// What benchmarks/report.py asks of a page in a browser: its first paint, draws of the map while it moves, the filter.
addEventListener("load", () => setTimeout(function () {
  const median = (some) => some.sort((a, b) => a - b)[some.length >> 1];
  const timed = (act) => { const start = performance.now(); act(); return performance.now() - start; };
  const told = { first_paint_ms: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null };
  function draws(name) {
    const holder = document.createElement("div");
    document.getElementById("map-chart").replaceChildren(holder);
    let chart;
    told[`${name}_start_ms`] = timed(() => (chart = articleMap(holder)));
    const context = holder.querySelector("canvas").getContext("2d");
    const moved = (n) => { chart.pan(n % 2 ? 7 : -7, 3); chart.draw(); context.getImageData(0, 0, 1, 1); };
    told[`${name}_draw_ms`] = median(Array.from({ length: 41 }, (_, n) => timed(() => moved(n))));
    chart.zoom(4, 500, 300);
    told[`${name}_draw_zoomed_ms`] = median(Array.from({ length: 41 }, (_, n) => timed(() => moved(n))));
  }
  told.filter_ms = median([0, 1, 2, 3, 4].map((n) => timed(() => view.set({ lang: view.data.langs[n % 2] }))));
  view.clear();
  draws("map");
  const { articles } = view.data;
  const from = articles.n;
  for (let n = from; n < 200000; n++) {
    for (const name of ["id", "theme", "source", "lang", "day", "title", "url"]) articles[name].push(articles[name][n % from]);
    for (const name of ["x", "y"]) articles[name].push(Math.max(0, Math.min(65535, articles[name][n % from] + ((n * 7919) % 3001) - 1500)));
    articles.family.push(n);
  }
  articles.n = articles.id.length;
  view.clear();
  draws("map_200000");
  console.log("MEASURED " + JSON.stringify(told));
}, 1000));
