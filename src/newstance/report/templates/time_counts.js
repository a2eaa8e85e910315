"use strict";
// Articles of each theme in each period, counted as the summary does: a text and its reprints once a period, through the
// original if it is there, else the earliest. ``count(passing)`` gives {counts: a row a theme and one for none, totals}.
function timeCounts() {
  const { articles, themes, time } = view.data;
  const Z = 1.959963984540054;
  const nPeriods = time.starts.length - 1;
  const period = Int16Array.from(articles.day, (day) => (day === null ? -1 : periodOf(day)));
  const { family } = articles;
  const repeated = new Uint8Array(articles.n); // where a text and its reprints are on the page
  family.forEach((first, at) => first !== at && (repeated[first] = repeated[at] = 1));
  const day = (at) => (articles.day[at] === null ? Infinity : articles.day[at]);
  const inTurn = Array.from(articles.day.keys()).filter((at) => repeated[at])
    .sort((a, b) => (family[a] !== a) - (family[b] !== b) || day(a) - day(b) || a - b);

  function periodOf(day) {
    let low = 0, high = nPeriods;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (time.starts[middle] <= day) low = middle;
      else high = middle - 1;
    }
    return low < nPeriods && day >= time.starts[0] ? low : -1;
  }

  function count(passing) {
    const counts = Array.from({ length: themes.length + 1 }, () => new Array(nPeriods).fill(0));
    const totals = new Array(nPeriods).fill(0);
    const seen = new Set();
    function add(at) {
      counts[articles.theme[at] < 0 ? themes.length : articles.theme[at]][period[at]]++;
      totals[period[at]]++;
    }
    for (let at = 0; at < articles.n; at++) if (passing[at] && period[at] >= 0 && !repeated[at]) add(at);
    for (const at of inTurn) {
      const cell = family[at] * nPeriods + period[at];
      if (!passing[at] || period[at] < 0 || seen.has(cell)) continue;
      seen.add(cell);
      add(at);
    }
    return { counts, totals };
  }

  // The 95 % interval of a share (Wilson 1927), as in the summary.
  function interval(n, total) {
    const share = n / total;
    const centre = (n + Z ** 2 / 2) / (total + Z ** 2);
    const half = (Z / (total + Z ** 2)) * Math.sqrt((n * (total - n)) / total + Z ** 2 / 4);
    return [Math.min(Math.max(centre - half, 0), share), Math.max(Math.min(centre + half, 1), share)];
  }

  const months = () => view.data.texts["date.months_alone"].split(" ");
  function name(place) {
    const date = new Date(time.starts[place] * 86400000);
    const [month, year] = [date.getUTCMonth(), date.getUTCFullYear()];
    if (time.period === "quarter") return view.text("date.quarter", { n: Math.floor(month / 3) + 1, year: String(year) });
    return time.period === "month" ? `${months()[month]} ${year}` : view.text("date.week", { day: view.day(time.starts[place]) });
  }

  const isBurst = (theme, place) => time.bursts.some(([own, first, last]) => own === theme && place >= first && place <= last);

  return { nPeriods, period, count, interval, name, isBurst, periodOf };
}
