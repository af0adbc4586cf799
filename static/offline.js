// Has the page kept on this machine, and says when a new version of it is there: whoever looks at a run decides when.
if ("serviceWorker" in navigator) {
  const tell = (registration) => {
    if (document.getElementById("update") || !registration.waiting) return;
    const notice = document.createElement("div");
    notice.id = "update";
    notice.setAttribute("role", "status");
    const button = (text, className, then) => {
      const made = document.createElement("button");
      Object.assign(made, { type: "button", className, textContent: text, onclick: then });
      return made;
    };
    const take = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting?.postMessage("take over");
    };
    notice.append(
      "A new version of Raftarium is there.",
      button("Reload", "button primary", take),
      button("Later", "button", () => notice.remove()),
    );
    document.body.append(notice);
  };
  const keep = async () => {
    try {
      // Another page of the host may have one for a folder above.
      const known = await navigator.serviceWorker.getRegistration();
      const isOurs = known?.scope === new URL("./", location.href).href;
      const registration = isOurs ? known : await navigator.serviceWorker.register("worker.js", { updateViaCache: "none" });
      const watch = () =>
        registration.installing?.addEventListener("statechange", () => {
          // Without a controller this was the first version, which nobody has to be told of.
          if (registration.waiting && navigator.serviceWorker.controller) tell(registration);
        });
      registration.addEventListener("updatefound", watch);
      watch();
      if (navigator.serviceWorker.controller) tell(registration);
      // Offline, there is nothing to look for.
      const look = () => registration.update().catch(() => {});
      look();
      setInterval(look, 3_600_000);
    } catch {
      // Where no worker is allowed, the page is as it was: there when its host is.
    }
  };
  addEventListener("TrunkApplicationStarted", () => setTimeout(keep, 1_000));
}
