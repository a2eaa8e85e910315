"use strict";
// Shows what /predict says of an article. Whatever comes from texts is set as text, never as markup.

const SAMPLE = `Talks in Geneva end without a date

Moscow condemned the new sanctions on Friday, while Washington praised them as overdue. "The West has betrayed the agreement," the Russian foreign minister said. The truce in Syria began at midnight, and each side blamed the other for violations within hours. Aid convoys reached two towns in the north. The football team of the host city won its cup the same evening.`;
const SIGNS = { favor: "+", against: "−", none: "○", undecided: "?" };
const at = (id) => document.getElementById(id);

function made(name, text, kind) {
  const one = document.createElement(name);
  if (text !== undefined) one.textContent = text;
  if (kind) one.className = kind;
  return one;
}

// Hues far apart by the golden angle, one a theme, the same in each answer.
function colour(theme) {
  return theme === null || theme < 0 ? "GrayText" : `hsl(${Math.round((theme * 137.5 + 20) % 360)} 65% 48%)`;
}

function tell(text, isError) {
  at("status").textContent = text;
  at("status").classList.toggle("error", Boolean(isError));
}

async function asked(text, level) {
  const headers = { "content-type": "application/json" };
  if (at("token").value) headers.authorization = `Bearer ${at("token").value}`;
  const answer = await fetch("/predict", { method: "POST", headers, body: JSON.stringify({ text, level }) });
  const found = await answer.json();
  if (answer.status === 401) {
    at("tokenline").hidden = false;
    at("token").focus();
  }
  if (!answer.ok) throw new Error(found.error);
  return found.rows;
}

// A sentence cut wherever a mention or a holder begins or ends, as one may lie in the other. Places are code points.
function marked(text, rows) {
  const signs = Array.from(text);
  const mentions = rows.filter((row) => row.mention_start !== null).map((row) => [row.mention_start, row.mention_end, row]);
  const holders = rows.filter((row) => row.holder_start !== null).map((row) => [row.holder_start, row.holder_end, row]);
  const edges = [...new Set([0, signs.length, ...[...mentions, ...holders].flatMap(([start, end]) => [start, end])])];
  edges.sort((one, other) => one - other);
  const line = made("p");
  line.dir = "auto";
  edges.slice(0, -1).forEach((start, index) => {
    const covers = ([first, last]) => first <= start && start < last;
    const [mention, holder] = [mentions.find(covers), holders.find(covers)];
    const part = signs.slice(start, edges[index + 1]).join("");
    if (!mention && !holder) return line.append(part);
    const kinds = [mention && `mark ${said(mention[2])}`, holder && "holder"].filter(Boolean).join(" ");
    line.append(made(mention ? "mark" : "span", part, kinds));
  });
  return line;
}

const said = (row) => (row.decided ? row.stance : "undecided");

function stance(row) {
  const sure = Math.max(row.proba_favor, row.proba_against, row.proba_none);
  const line = made("li");
  const held = row.holder ? `held by ${row.holder}, ${row.speech} speech` : "no holder named";
  const likely = row.decided ? "" : `, most likely ${row.stance}`;
  const by = row.mention_text === null ? "by its meaning" : `“${row.mention_text}”`;
  line.append(made("span", `${SIGNS[said(row)]} ${said(row)}`, `mark ${said(row)}`));
  line.append(` towards ${row.target} (${by}${likely}, ${Math.round(100 * sure)} %); ${held}`);
  return line;
}

function sentence(rows) {
  const [first] = rows;
  const item = made("li");
  const judged = rows.filter((row) => row.target !== null);
  item.lang = first.lang === "und" ? "" : first.lang;
  item.style.setProperty("--theme", colour(first.theme_id));
  item.append(marked(first.text, judged));
  const theme = made("p", first.theme === null ? "no theme" : `${first.theme}, ${Math.round(100 * first.proba)} %`, "theme");
  theme.lang = "en";
  item.append(theme);
  if (judged.length) {
    const list = made("ul", undefined, "stances");
    list.lang = "en";
    list.append(...judged.map(stance));
    item.append(list);
  }
  return item;
}

function bySentence(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.sentence, [...(groups.get(row.sentence) || []), row]);
  return [...groups.values()];
}

function legend(rows) {
  const names = new Map(rows.map((row) => [row.theme_id, row.theme === null ? "no theme" : row.theme]));
  return [...names].map(([theme, name]) => {
    const item = made("li");
    const swatch = made("span", undefined, "swatch");
    swatch.style.setProperty("--theme", colour(theme));
    item.append(swatch, made("bdi", name));
    return item;
  });
}

function show([whole], rows) {
  if (rows[0].text === null) throw new Error(`Nothing can be judged: ${rows[0].reason}.`);
  const theme = whole.theme === null ? "no theme of the model fits it" : `its theme is ${whole.theme}, ${Math.round(100 * whole.proba)} %`;
  at("whole").textContent = `The article as a whole: ${theme}. Its language: ${whole.lang}.`;
  at("legend").replaceChildren(...legend(rows));
  at("sentences").replaceChildren(...bySentence(rows).map(sentence));
  at("result").hidden = false;
  at("result").focus();
}

at("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = at("text").value;
  at("judge").disabled = true;
  at("result").hidden = true;
  tell("Judging …");
  try {
    const [whole, rows] = await Promise.all([asked(text, "article"), asked(text, "sentence")]);
    show(whole, rows);
    tell("");
  } catch (error) {
    tell(error.message, true);
  } finally {
    at("judge").disabled = false;
  }
});
at("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("form").requestSubmit();
});
at("sample").addEventListener("click", () => {
  at("text").value = SAMPLE;
  at("form").requestSubmit();
});
