"use strict";
// Asks /status.json every two seconds and shows it. Everything is put in as text, never as markup.
const kInterval = 2000;
const kKept = 150;  // rates of five minutes
const rates = [];
let before = null;

const byId = (id) => document.getElementById(id);
function element(tag, text, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
}
function number(value) {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, "");
}
function duration(seconds) {
  if (seconds < 0) return "–";
  if (seconds < 60) return number(Math.floor(seconds)) + " s";
  if (seconds < 3600) return number(Math.floor(seconds / 60)) + " min";
  if (seconds < 172800) return number(Math.floor(seconds / 3600)) + " h";
  return number(Math.floor(seconds / 86400)) + " days";
}
function row(...cells) {
  const made = element("tr");
  for (const cell of cells) made.append(cell);
  return made;
}
function fill(id, rows, nothing, columns) {
  if (rows.length === 0) {
    const cell = element("td", nothing, "soft");
    cell.colSpan = columns;
    rows = [row(cell)];
  }
  byId(id).replaceChildren(...rows);
}

function showHeader(status) {
  byId("version").textContent = status.version;
  const state = byId("state");
  const word = status.draining ? "draining" : !status.loop_answers ? "busy" : status.ready ? "ready" : "not ready";
  if (state.textContent !== word) state.textContent = word;
  state.className = "badge " + (word === "ready" ? "good" : "bad");
  byId("about").textContent = "up " + duration(status.uptime_seconds) + ", configuration " + status.config_digest.slice(0, 8);
  document.title = "taskgateway: " + word;
}

function showTotals(status) {
  const totals = status.totals;
  const now = performance.now();
  let rate = null;
  const per = (key) => {
    if (rate === null || rate <= 0) return "…";
    return number(Math.max(0, totals[key] - before.totals[key]) / rate);
  };
  if (before !== null) rate = (now - before.at) / 1000;
  const reads = before === null ? 0 : totals.reads - before.totals.reads;
  const hits = before === null ? 0 : totals.cache_hits - before.totals.cache_hits;
  const tiles = [
    ["Calls per second", per("calls")],
    ["Failed calls per second", per("failed_calls")],
    ["Upstream requests per second", per("attempts")],
    ["Reads from the cache", reads > 0 ? Math.round((100 * hits) / reads) + " %" : "–"],
    ["Open watches", number(totals.watches)],
    ["Open waits", number(totals.waits)],
    ["Open log readers", number(totals.log_readers)],
  ];
  byId("tiles").replaceChildren(...tiles.map(([name, value]) => {
    const tile = element("div");
    tile.append(element("dt", name), element("dd", value));
    return tile;
  }));
  if (rate !== null && rate > 0) {
    rates.push(Math.max(0, totals.calls - before.totals.calls) / rate);
    if (rates.length > kKept) rates.shift();
    const top = Math.max(1, ...rates);
    byId("line").setAttribute("points", rates.map((value, i) => {
      return ((600 * i) / Math.max(1, rates.length - 1)).toFixed(1) + "," + (56 - (52 * value) / top).toFixed(1);
    }).join(" "));
    byId("scale").textContent = "Calls per second since this page was opened, at most five minutes; the top is " + number(top);
  }
  before = {at: now, totals};
}

function showSources(sources) {
  fill("sources", sources.map((source) => {
    const name = element("td");
    name.append(element("strong", source.name), element("span", source.kind + " · " + source.account + " · " + source.endpoint, "soft"));
    const budgets = element("td");
    for (const budget of source.budgets) {
      const slower = budget.rate < budget.configured_rate;
      const queue = budget.queued > 0 ? ", " + number(budget.queued) + " queued" : "";
      budgets.append(element("div", budget.operation + " " + number(budget.rate) + " of " + number(budget.configured_rate) + queue, slower || queue ? "bad" : undefined));
    }
    const trouble = source.last_trouble ? source.last_trouble + " (" + duration(source.last_trouble_seconds) + " ago)" : "none";
    return row(name, element("td", source.breaker_open ? "breaker open" : "ok", source.breaker_open ? "bad" : "good"), budgets,
        element("td", number(source.attempts), "n"), element("td", number(source.failed_attempts), "n"),
        element("td", number(source.polled_tasks), "n"), element("td", trouble, source.last_trouble ? undefined : "soft"));
  }), "There are no sources.", 7);
}

function showTasks(status) {
  const shown = status.polled_tasks.length;
  byId("polled-note").textContent = shown < status.polled_tasks_total
      ? "The first " + shown + " of " + number(status.polled_tasks_total) + "." : "";
  fill("polled", status.polled_tasks.map((task) => row(element("td", task.name), element("td", task.state || "not read yet"),
      element("td", number(task.subscribers), "n"), element("td", duration(task.next_poll_seconds), "n"),
      element("td", task.trouble, "bad"))), "Nobody waits for a task or watches one.", 5);
  fill("failures", status.failures.map((failure) => {
    const cause = element("td");
    if (failure.code) cause.append(element("strong", failure.code));
    cause.append(element("span", failure.message));
    return row(element("td", failure.name), cause, element("td", duration(failure.seconds) + " ago", "n"));
  }), "No task was read as failed.", 3);
}

async function refresh() {
  try {
    const answer = await fetch("/status.json", {cache: "no-store"});
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    const status = await answer.json();
    showHeader(status);
    showTotals(status);
    showSources(status.sources);
    showTasks(status);
    document.body.dataset.updates = Number(document.body.dataset.updates || 0) + 1;
  } catch (error) {
    const state = byId("state");
    state.textContent = "no answer from the gateway";
    state.className = "badge bad";
  }
  setTimeout(refresh, kInterval);
}
refresh();
