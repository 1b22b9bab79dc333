/* The forms of a report: answers are kept in this browser, go out as a file or as commands, and come back in. */
okstra.ready(() => {
  const view = okstra.data("okstra-view"), t = view.labels, longest = 20000;
  const store = `okstra:answers:${view.task || ""}:${view.run || view.report}`;
  const byId = (id) => document.getElementById(id);
  const fill = (words, ...values) => values.reduce((text, value) => text.replace("%s", () => value), words);
  const JOINT = " — ";

  /* One question and its elements; its answer is one text, whatever the form looks like. */
  class Question {
    constructor(card) {
      const at = Number(card.dataset.number) - 1;
      this.facts = view.questions[at];
      this.choices = view.choices[at];
      this.card = card;
      this.text = card.querySelector("textarea, input[type=text]");
      this.radios = [...card.querySelectorAll("input[type=radio]")];
      this.clear = card.querySelector(".clear");
      this.state = card.querySelector(".state");
    }
    get id() { return this.facts.id; }
    get answer() {
      const words = this.text.value.trim(), chosen = this.radios.find((radio) => radio.checked);
      if (!chosen || chosen.value === "own") return words;
      const choice = this.choices[Number(chosen.value)];
      return words ? choice + JOINT + words : choice;
    }
    set answer(value) {
      const at = this.choices.findIndex((choice) => value === choice || value.startsWith(choice + JOINT));
      this.radios.forEach((radio) => { radio.checked = false; });
      if (at >= 0) this.radios[at].checked = true;
      else if (value && this.radios.length) this.radios[this.radios.length - 1].checked = true;
      this.text.value = at >= 0 ? value.slice(this.choices[at].length + JOINT.length) : value;
      this.show();
    }
    show() {
      const is = this.answer !== "", chip = document.createElement("span"), sign = document.createElement("span");
      chip.className = is ? "chip good" : "chip info";
      sign.className = "sign";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = is ? "✓" : "→";
      chip.append(sign, is ? t.script_state_answered : t.script_state_open);
      this.state.replaceChildren(chip);
      this.clear.hidden = !is && !this.radios.some((radio) => radio.checked);
    }
  }
  const questions = [...document.querySelectorAll(".question")].map((card) => new Question(card)).filter((each) => each.choices);
  const find = (id) => questions.find((each) => each.id === id);

  /* What is kept: only what differs from the report, with what the report said then. */
  const remember = () => {
    const kept = {};
    for (const each of questions)
      if (each.answer !== each.facts.answer) kept[each.id] = { answer: each.answer, was: each.facts.answer, digest: each.facts.digest };
    return okstra.save(store, JSON.stringify(kept));
  };
  const recall = () => {
    let kept = {};
    try { kept = JSON.parse(okstra.load(store)) || {}; } catch { /* not ours: begin anew */ }
    for (const each of questions) {
      const own = Object.hasOwn(kept, each.id) ? kept[each.id] : null;
      const fits = own && own.digest === each.facts.digest && own.was === each.facts.answer && typeof own.answer === "string";
      each.answer = fits ? own.answer : each.facts.answer;
    }
  };

  const say = (words, list = []) => {
    const items = list.map((line) => Object.assign(document.createElement("li"), { textContent: line, dir: "auto" }));
    const parts = [Object.assign(document.createElement("p"), { textContent: words })];
    if (items.length) {
      const box = document.createElement("ul");
      box.append(...items);
      parts.push(Object.assign(document.createElement("p"), { textContent: t.script_not_taken }), box);
    }
    byId("news").replaceChildren(...(words ? parts : []));
  };
  const count = () => {
    const done = questions.filter((each) => each.answer).length, all = questions.length;
    byId("progress").textContent = done === all ? fill(t.script_progress_all, all) : fill(t.script_progress, done, all);
    byId("meter").max = Math.max(all, 1);
    byId("meter").value = done;
    byId("count").textContent = `${done}/${all}`;
    const waits = byId("waits");
    if (waits) waits.textContent = done < all ? fill(t.script_do_answer, all - done) : t.script_do_no_more;
  };
  const changed = (each) => {
    each.show();
    count();
    say(remember() ? "" : t.script_cannot_save);
  };

  /* Answers on their way out. */
  const given = () => questions.flatMap((each) => {
    if (each.answer) return [{ id: each.id, answer: each.answer, status: "answered" }];
    return each.facts.answer ? [{ id: each.id, answer: "", status: "open" }] : [];
  });
  const download = () => {
    const answers = given();
    if (!answers.length) { say(t.script_nothing_yet); return; }
    const file = { schema: 1, kind: "okstra-user-response", task: view.task, run: view.run, report: view.report, answers };
    const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2) + "\n"], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: view.file });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    say(fill(t.script_exported, view.file));
  };
  const quoted = (words) => `'${words.replaceAll("'", "'\\''")}'`;
  const joined = (words) => words.split(/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+/).map((line) => line.trim()).filter(Boolean).join(" / ");
  const lines = () => given().map(({ id, answer }) => {
    const value = answer ? `--value=${quoted(joined(answer))}` : "--clear";
    return `git okstra report answer ${id} ${value} ${view.command}`;
  });

  /* Answers on their way in: everything that fits is taken, and all that does not is named. */
  const problem = (entry, seen) => {
    const { id, answer, status } = entry;
    const own = find(id);
    if (typeof answer !== "string" || !own || own.id !== id) return t.script_import_unknown;
    if (seen.has(id)) return t.script_twice;
    if (answer.length > longest) return t.script_import_too_long;
    return status === "answered" && !answer.trim() ? t.script_no_answer : "";
  };
  const take = (text) => {
    let file;
    try { file = JSON.parse(text); } catch { file = null; }
    if (!file || file.kind !== "okstra-user-response" || file.schema !== 1 || !Array.isArray(file.answers)) return say(t.script_import_bad);
    const other = ["task", "run", "report"].find((key) => file[key] && view[key] && file[key] !== view[key]);
    if (other) return say(`${fill(t.script_import_other, String(file[other]))} ${t.script_import_none}`);
    const seen = new Set(), refused = [];
    for (const entry of file.answers) {
      const why = entry && typeof entry === "object" ? problem(entry, seen) : t.script_import_bad;
      if (why) { refused.push(`${entry && entry.id}: ${why}`); continue; }
      seen.add(entry.id);
      find(entry.id).answer = entry.answer.trim();
    }
    count();
    const kept = remember();
    return say(fill(t.script_import_taken, seen.size) + (kept ? "" : ` ${t.script_cannot_save}`), refused);
  };

  if (window.matchMedia("(max-width: 63.99rem)").matches) document.querySelector(".contents details").open = false;
  recall();
  count();
  if (!questions.length) return;
  byId("tray").hidden = false;
  if (!okstra.save("okstra:probe", "1")) say(t.script_cannot_save);
  okstra.drop("okstra:probe");
  for (const each of questions) {
    each.card.addEventListener("input", () => changed(each));
    each.card.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    each.clear.addEventListener("click", () => { each.answer = ""; changed(each); each.text.focus(); });
  }
  byId("export").addEventListener("click", download);
  byId("import").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) take(file.size > 5 << 20 ? "" : await file.text());
    event.target.value = "";
  });
  byId("commands").addEventListener("click", () => {
    if (!given().length) { say(t.script_nothing_yet); return; }
    byId("lines-text").value = lines().join("\n");
    byId("copy").textContent = byId("copy").dataset.words || byId("copy").textContent;
    byId("lines").showModal();
    byId("copy").focus();
  });
  byId("close").addEventListener("click", () => byId("lines").close());
  byId("copy").addEventListener("click", async () => {
    const button = byId("copy"), area = byId("lines-text");
    button.dataset.words = button.dataset.words || button.textContent;
    try {
      await navigator.clipboard.writeText(area.value);
      button.textContent = t.script_copied;
    } catch {
      area.focus();
      area.select();
      button.textContent = t.script_copy_by_hand;
    }
  });
});
