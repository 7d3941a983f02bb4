/* Licences: /static/vendor/LICENSES.txt */
var e=document.getElementById("code");e?.addEventListener("input",()=>{if(!(e instanceof HTMLInputElement))return;let n=/\/in\/([^/?#\s]+)/.exec(e.value)?.[1];n&&(e.value=n)});
