// What the dashboard's pages do in the browser: they tell when they last heard from the server, keep "how long ago"
// current, draw charts again after a part was renewed, and open dialogs. Everything else is rendered by the server.
"use strict";

(() => {
  const charts = new Map();


  // A chart is <canvas data-chart='{"type": "bar", "labels": [...], "datasets": [{"label", "data"}], "unit": "GBP"}'>.
  function draw(canvas) {
    const asked = JSON.parse(canvas.dataset.chart);
    const page = canvas.closest(".db-page") || document.documentElement;
    const own = (name) => getComputedStyle(page).getPropertyValue(name).trim();
    const palette = [own("--db-accent"), own("--db-warn"), own("--db-good"), own("--db-violet"), own("--db-bad"), own("--db-subtle")];
    const round = asked.type === "doughnut";
    const datasets = asked.datasets.map((one, number) => ({
      borderWidth: asked.type === "line" ? 2 : 0,
      borderColor: palette[number % palette.length],
      backgroundColor: round ? asked.labels.map((_, place) => palette[place % palette.length]) : palette[number % palette.length],
      borderDash: one.dashed ? [5, 5] : undefined,
      pointRadius: 0, pointHitRadius: 12, maxBarThickness: 28, borderRadius: asked.type === "bar" ? 3 : 0, tension: 0.2,
      ...one,
    }));
    const axis = { ticks: { color: own("--db-subtle"), maxTicksLimit: asked.ticks || 8 }, grid: { color: own("--db-line") }, border: { display: false } };
    const unit = asked.unit ? " " + asked.unit : "";
    charts.set(canvas, new Chart(canvas.getContext("2d"), {
      type: asked.type,
      data: { labels: asked.labels, datasets },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false,
        interaction: { mode: round ? "nearest" : "index", intersect: false },
        plugins: {
          legend: { display: round || datasets.length > 1, position: round ? "right" : "top", labels: { color: own("--db-text"), boxWidth: 10, boxHeight: 10 } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label || item.label}: ${item.formattedValue}${unit}` } },
        },
        scales: round ? {} : {
          x: { ...axis, stacked: Boolean(asked.stacked), grid: { display: false } },
          y: { ...axis, stacked: Boolean(asked.stacked), beginAtZero: true, title: { display: Boolean(asked.unit), text: asked.unit, color: own("--db-subtle") } },
        },
      },
    }));
  }

  function drawAll(anew) {
    for (const [canvas, chart] of charts) {
      if (anew || !canvas.isConnected) { chart.destroy(); charts.delete(canvas); }
    }
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) if (!charts.has(canvas)) draw(canvas);
  }

  function length(seconds) {
    for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]]) if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`;
    return `${Math.max(0, Math.round(seconds))} s`;
  }

  let heard = Date.now();

  function tick() {
    const now = Date.now();
    for (const time of document.querySelectorAll("time.db-when")) {
      const seconds = (now - Date.parse(time.dateTime)) / 1000;
      const ago = time.querySelector("[data-ago]");
      if (ago) ago.textContent = seconds >= 0 ? `(${length(seconds)} ago)` : `(in ${length(-seconds)})`;
    }
    const heartbeat = document.getElementById("heartbeat");
    if (!heartbeat) return;
    const silent = (now - heard) / 1000, lost = heartbeat.hasAttribute("data-lost");
    const text = lost ? `not answering; last heard ${length(silent)} ago` : `live, heard ${length(silent)} ago`;
    const place = heartbeat.querySelector("[data-heard]");
    if (place.textContent !== text) place.textContent = text;
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const heartbeat = document.getElementById("heartbeat");
    if (!heartbeat || event.detail.elt !== heartbeat) return;
    const answered = event.detail.successful && new URL(event.detail.xhr.responseURL).pathname === location.pathname;
    if (answered) heard = Date.now();
    heartbeat.toggleAttribute("data-lost", !answered);
    tick();
  });

  // A part that somebody is typing in, or whose dialog is open, is left alone until the next time; what was unfolded
  // stays unfolded.
  // Charts whose figures are the same stay too.
  const drawnFrom = (part) => [...part.querySelectorAll("canvas[data-chart]")].map((canvas) => canvas.dataset.chart).join();
  const unfolded = new Set();
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea")) event.detail.shouldSwap = false;
    if (part.querySelector("dialog[open]")) event.detail.shouldSwap = false;
    if (part.hasAttribute("data-charts") && drawnFrom(part) && drawnFrom(part) === drawnFrom(event.detail.fragment)) event.detail.shouldSwap = false;
    for (const one of part.querySelectorAll("details[id]")) one.open ? unfolded.add(one.id) : unfolded.delete(one.id);
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    for (const id of unfolded) { const one = document.getElementById(id); if (one) one.open = true; }
    drawAll(false);
    tick();
    reachable(document);
  });

  // Where the clipboard is closed to pages (http, other than this machine) the text is marked, ready to be copied.
  async function copy(source, button) {
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = document.execCommand("copy") ? button.dataset.done : "Marked: copy it with Ctrl+C";
    }
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
    const closer = event.target.closest("[data-closes]");
    if (closer) { closer.closest("dialog").close(); event.preventDefault(); }
    const copier = event.target.closest("[data-copies]");
    if (copier) copy(document.getElementById(copier.dataset.copies), copier);
  });

  // A dialog that came with the page, or was fetched into it, stands in its place until this script opens it.
  function openDialogs() {
    for (const dialog of document.querySelectorAll("dialog[data-open]")) {
      dialog.removeAttribute("data-open");
      dialog.close();
      dialog.showModal();
    }
  }
  document.addEventListener("htmx:afterSwap", openDialogs);

  // What the theme makes clickable without making it a button, and what scrolls sideways, is there for the keyboard too.
  const NAMES = { contrast: "Theme", light_mode: "Theme", dark_mode: "Theme", devices: "Theme", more_vert: "More actions" };

  function reachable(root) {
    for (const one of root.querySelectorAll(".cursor-pointer[x-on\\:click]")) {
      if (one.matches("a[href], button, input, label")) continue;
      one.tabIndex = 0;
      one.setAttribute("role", "button");
      const name = NAMES[one.textContent.trim().split(/\s/)[0]];
      if (name) one.setAttribute("aria-label", name);
    }
    for (const one of root.querySelectorAll(".db-scroll")) {
      if (one.scrollWidth <= one.clientWidth) { one.removeAttribute("tabindex"); one.removeAttribute("role"); continue; }
      one.tabIndex = 0;
      one.setAttribute("role", "group");
      one.setAttribute("aria-label", "A table that scrolls sideways");
    }
  }

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[role=button]:not(button)") || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.click();
  });
  addEventListener("resize", () => reachable(document));

  document.addEventListener("DOMContentLoaded", () => {
    reachable(document);
    openDialogs();
    drawAll(false);
    tick();
    setInterval(tick, 1000);
    new MutationObserver(() => drawAll(true)).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  });
})();
