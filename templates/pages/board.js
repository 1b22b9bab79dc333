/* What the board does beyond being read: copy lines, tell times as ages, filter and order tasks, light up ways. */
okstra.ready(() => {
  const language = document.documentElement.lang;

  /* A button beside every line for a terminal. */
  const { copy: offer, copied, now } = document.getElementById("copying").dataset;
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* the older way is tried */ }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const worked = document.execCommand("copy");
    area.remove();
    return worked;
  };
  for (const box of document.querySelectorAll(".cmd")) {
    const button = document.createElement("button"), text = box.querySelector("code").textContent;
    button.type = "button";
    button.textContent = offer;
    button.setAttribute("aria-label", `${offer}: ${text}`);
    button.addEventListener("click", async () => {
      if (!await copy(text)) return;
      button.textContent = copied;
      setTimeout(() => { button.textContent = offer; }, 1500);
    });
    box.append(button);
  }

  /* Moments as ages, with the moment itself, where the reader is, in the tooltip. */
  const ages = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const steps = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const age = (seconds) => {
    for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return ages.format(Math.round(seconds / size), unit);
    return now;
  };
  for (const time of document.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = at.toLocaleString(language);
    const ago = age((at - Date.now()) / 1000);
    time.textContent = time.closest(".exact") ? `${at.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })} (${ago})` : ago;
  }

  /* A row of a table that is linked to has to be unfolded first. */
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let box = target; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
    if (target && target.tagName === "TR") target.scrollIntoView({ block: "center" });
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  /* The ways that lead to a stage and away from it. */
  for (const svg of document.querySelectorAll(".graph svg")) {
    const light = (box, on) => {
      const number = box.dataset.stage;
      for (const way of svg.querySelectorAll(".way"))
        if (way.dataset.from === number || way.dataset.to.split(" ").includes(number)) way.classList.toggle("lit", on);
    };
    for (const box of svg.querySelectorAll(".box"))
      for (const [name, on] of [["mouseenter", true], ["mouseleave", false], ["focus", true], ["blur", false]])
        box.addEventListener(name, () => light(box, on));
  }

  /* Filter and order. */
  const tools = document.getElementById("tools"), list = document.getElementById("list");
  if (!tools) return;
  const tasks = [...document.querySelectorAll("[data-task]")].map((node, place) => ({
    node, place, text: node.textContent.toLowerCase(), states: node.dataset.states.split(" "),
    name: (node.querySelector("h3, .mono") || node).textContent, data: node.dataset,
  }));
  const find = document.getElementById("find"), only = document.getElementById("only");
  const sort = document.getElementById("sort"), matching = document.getElementById("matching");
  const fits = (task) => {
    if (!find.value.toLowerCase().split(/\s+/).every((word) => task.text.includes(word))) return false;
    if (!only.value) return true;
    if (only.value === "needs" || only.value === "alive") return task.data[only.value] !== "0";
    return task.states.includes(only.value);
  };
  const show = () => {
    let count = 0;
    for (const task of tasks) { task.node.hidden = !fits(task); count += !task.node.hidden; }
    const isAll = count === tasks.length;
    matching.textContent = (isAll ? matching.dataset.all : matching.dataset.some).replace("{count}", count).replace("{all}", tasks.length);
    const finished = document.querySelector(".finished");
    if (finished && find.value && finished.querySelector("[data-task]:not([hidden])")) finished.open = true;
  };
  const orders = {
    0: (a, b) => a.place - b.place,
    recent: (a, b) => b.data.task - a.data.task,
    name: (a, b) => a.name.localeCompare(b.name),
    left: (a, b) => b.data.left - a.data.left,
  };
  sort.addEventListener("change", () => {
    const parents = new Map();
    for (const task of tasks) parents.set(task.node.parentNode, [...(parents.get(task.node.parentNode) || []), task]);
    for (const [parent, group] of parents) {
      const before = document.createComment("");
      parent.insertBefore(before, group.reduce((a, b) => (a.place < b.place ? a : b)).node.nextSibling);
      group.sort(orders[sort.value]).forEach((task) => parent.insertBefore(task.node, before));
      before.remove();
    }
  });
  find.addEventListener("input", show);
  only.addEventListener("change", show);
  tools.hidden = false;
});
