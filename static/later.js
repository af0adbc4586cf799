// The program comes in two halves: the first runs at once, the second holds what a first visit does not run. It is loaded
// when the page stands; whoever wants it earlier waits for it.
{
  const half = "LATER";
  let module;
  let filled = false;
  const load = async () => {
    const response = await fetch(half, { priority: "low" });
    if (response.ok) module ??= await WebAssembly.compile(await response.arrayBuffer());
  };
  const fill = (first) => {
    if (!filled) new WebAssembly.Instance(module, { first });
    filled = true;
  };
  // Called in the middle of the program, which cannot wait in any other way.
  const loadNow = () => {
    const request = new XMLHttpRequest();
    request.open("GET", half, false);
    request.overrideMimeType("text/plain; charset=x-user-defined");
    request.send();
    if (request.status !== 200) throw new Error(`${half} could not be loaded: ${request.status}`);
    module = new WebAssembly.Module(Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0)));
  };
  globalThis.fillLater = (first) => {
    if (!module) loadNow();
    fill(first);
  };
  // A run in the address is read by the second half; and where all is on this machine, there is nothing to wait for.
  const atOnce = location.hash.includes("run=") || navigator.serviceWorker?.controller;
  // Whoever wants it tries again, and is told what is wrong.
  globalThis.beforeStart = atOnce ? load().catch(() => {}) : undefined;
  addEventListener("TrunkApplicationStarted", ({ detail }) => {
    const finish = async () => {
      if (!module) await load().catch(() => {});
      if (module) fill(detail.wasm);
    };
    globalThis.requestIdleCallback ? requestIdleCallback(finish) : setTimeout(finish, 200);
  });
}
