// The program comes in two halves: the first makes the page stand, the second makes it move. The second is loaded as soon as
// the page stands. Until it is there time does not begin, and what a person does meanwhile is done then.
{
  const half = "LATER";
  const again = 500;
  const againAtMost = 8_000;
  const patience = 2_000;
  let module;
  let styles;
  let filled = false;
  const get = async (file) => {
    const response = await fetch(half + file);
    if (!response.ok) throw new Error(`${half + file}: ${response.status}`);
    return response;
  };
  const load = async () => {
    const wanted = [module ?? get(".wasm"), styles ?? get(".css")];
    const [program, sheets] = await Promise.all(wanted);
    module ??= await WebAssembly.compile(await program.arrayBuffer());
    styles ??= (await sheets.text()).split("\f");
    // Each sheet has its place between the others.
    document.querySelectorAll("style.later").forEach((place, number) => (place.textContent = styles[number]));
  };
  const fill = (first) => {
    const lent = Array.from({ length: first.lent.length }, (_, place) => first.lent.get(place));
    if (!filled) new WebAssembly.Instance(module, { first, lent });
    filled = true;
    globalThis.awaitsLater = false;
  };
  // For what runs too early after all, in the middle of the program, which cannot wait in any other way.
  const loadNow = () => {
    const request = new XMLHttpRequest();
    request.open("GET", `${half}.wasm`, false);
    request.overrideMimeType("text/plain; charset=x-user-defined");
    request.send();
    if (request.status !== 200) throw new Error(`${half} could not be loaded: ${request.status}`);
    module = new WebAssembly.Module(Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0)));
  };
  globalThis.fillLater = (first) => {
    if (!module) loadNow();
    fill(first);
  };

  // What is done before is done again; where a pointer was on its way does not matter any more.
  const done = [];
  const repeated = ["click", "contextmenu", "keydown", "input", "change", "hashchange", "focusin"];
  const passed = [
    ...["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerover", "pointerout", "pointerleave"],
    ...["mouseover", "mouseout", "focusout", "wheel", "dragover", "drop", "visibilitychange", "pagehide"],
  ];
  const isElsewhere = ({ type, target }) => type === "click" && target.closest?.("a:not([href^='#'])");
  const hold = (event) => {
    if (isElsewhere(event)) return;
    event.stopImmediatePropagation();
    if (["click", "contextmenu", "dragover", "drop"].includes(event.type)) event.preventDefault();
    if (repeated.includes(event.type)) done.push([event.target, new event.constructor(event.type, event)]);
    if (event.type === "click") tell();
  };
  const listen = (how) => [...repeated, ...passed].forEach((type) => globalThis[how](type, hold, true));

  let notice;
  const tell = (text = "A moment: the second half of the program is on its way.") => {
    if (filled) return;
    if (!notice) {
      notice = document.createElement("div");
      notice.className = "corner";
      notice.setAttribute("role", "status");
      document.body.append(notice);
    }
    notice.textContent = text;
  };

  // What an address says is read by the second half, and so is what was chosen and done at earlier visits; and where all is on
  // this machine, there is nothing to wait for.
  const isFresh = () => {
    try {
      return !localStorage.getItem("raftarium-settings") && !localStorage.getItem("raftarium-last-run");
    } catch {
      return true;
    }
  };
  const wait = () => {
    globalThis.awaitsLater = true;
    listen("addEventListener");
  };
  if (location.hash.length <= 1 && isFresh() && !navigator.serviceWorker?.controller) wait();
  else globalThis.beforeStart = load().catch(wait);

  addEventListener("TrunkApplicationStarted", async ({ detail }) => {
    const slow = setTimeout(tell, patience);
    for (let pause = again; !module || !styles; pause = Math.min(2 * pause, againAtMost)) {
      await load().catch(() => tell("The second half of the program could not be loaded. It is tried again."));
      if (styles) break;
      await new Promise((then) => {
        setTimeout(then, pause);
        addEventListener("online", then, { once: true });
      });
    }
    clearTimeout(slow);
    fill(detail.wasm);
    // Whoever hears about it does so before what was done is done again.
    dispatchEvent(new Event("whole"));
    await new Promise((then) => setTimeout(then));
    notice?.remove();
    listen("removeEventListener");
    for (const [target, event] of done) target.dispatchEvent(event);
  });
}
