// `node run.mjs PYODIDE FOLDER XLWINGS` answers the cases of call.py, beside this, in WebAssembly Python, FOLDER mounted as /work.
import { pathToFileURL } from "node:url";
import path from "node:path";

const [pyodide, folder, xlwings] = process.argv.slice(2).map((each) => path.resolve(each));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
const env = { HOME: "/home/pyodide", XLWINGS_LICENSE_KEY: process.env.XLWINGS_LICENSE_KEY ?? "" };
const python = await loadPyodide({ indexURL: pyodide, packageCacheDir: pyodide, env });
await python.loadPackage(["numpy", "scipy", "micropip"], { messageCallback: () => {} });
for (const [place, mounted] of [["/work", folder], ["/site/xlwings", xlwings], ["/tests", import.meta.dirname]]) {
  python.FS.mkdirTree(place);
  python.mountNodeFS(place, mounted);
}
try {
  await python.runPythonAsync("import sys; sys.path[:0] = ['/site', '/work', '/tests']; import call; await call.answer()");
} catch (error) {
  console.error(error.message); // without the script of Pyodide around it
  process.exit(1);
}
