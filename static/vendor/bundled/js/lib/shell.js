/* Licences: /static/vendor/LICENSES.txt */
var t="/sw.js",c=globalThis.trustedTypes?.createPolicy("worker",{createScriptURL:()=>t});async function e(){await navigator.serviceWorker?.register(c?.createScriptURL("")??t).catch(()=>{})}document.readyState==="complete"?e():addEventListener("load",()=>{e()},{once:!0});
