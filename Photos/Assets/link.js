// The public page of a link: asks for its password when it has one, then shows what it opens.
import { Grid } from "./grid.js";
import { Line } from "./line.js";
import { call, withPass } from "./server.js";
import { startViewer } from "./viewer.js";
import { say } from "./words.js";

/** @param {{ main: HTMLElement, signal: AbortSignal }} page */
export function start({ main, signal }) {
  const root = main.querySelector(".photos");
  const form = main.querySelector("form.ask");
  const problem = form.querySelector("[role=alert]");
  const address = `/api/v1/links/${encodeURIComponent(root.dataset.secret)}`;

  async function open(password) {
    const link = await call("POST", `${address}/open`, password ? { password } : {});
    withPass(link.pass);
    const page = await call("GET", `${address}/photos?limit=60`);
    form.classList.add("hidden");
    main.querySelector(".opened").classList.remove("hidden");
    main.querySelector("h1").textContent = link.title || link.album;
    main.querySelector(".from").textContent = say("linkFrom", link.owner);
    const line = new Line(`${address}/photos`, page.items, { next: page.next });
    const grid = new Grid(root, line, { signal });
    const lightbox = startViewer({
      line, signal, link: { address, hasOriginals: link.originals },
      onChange: (photo) => grid.repaint(photo), onClose: (photo) => photo && grid.focus(photo),
    });
    root.addEventListener("click", (event) => {
      const cell = event.target.closest("li");
      if (!cell?.photo) return;
      event.preventDefault();
      lightbox.open(cell.photo);
    }, { signal });
  }

  async function attempt(password) {
    problem.textContent = "";
    try {
      await open(password);
    } catch (fault) {
      form.classList.toggle("hidden", fault.status === 404 || fault.status === 410);
      main.querySelector(".gone").classList.toggle("hidden", fault.status !== 404 && fault.status !== 410);
      if (password || fault.type !== "link-password") problem.textContent = fault.message;
      form.elements.password.focus();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form.elements.password.value);
  }, { signal });
  attempt(null);
}
