// Sends a settlement report: takes its hash here, has it named, and sends it to the address that the answer has.
(function () {
  "use strict";
  var form = document.getElementById("upload");
  if (!form) { return; }
  var says = form.dataset, file = form.elements.file, format = form.elements.format, mapping = form.elements.mapping;
  var button = form.querySelector("button.primary"), stop = document.getElementById("u-stop");
  var problem = document.getElementById("u-problem"), progress = document.getElementById("u-progress");
  var bar = progress.querySelector("progress"), status = progress.querySelector("[role=status]"), running = null, busy = false;

  function say(text, detail) {
    problem.hidden = !text;
    problem.children[0].textContent = text || "";
    problem.children[1].textContent = detail || "";
    problem.children[1].hidden = !detail;
  }
  // A status is read out when it changes; how much is sent is the bar's to tell.
  function tell(text, percent) {
    progress.hidden = !text;
    if (status.textContent !== text) { status.textContent = text; }
    status.nextElementSibling.textContent = percent === undefined ? "" : Math.floor(percent) + "\u00a0%";
    if (percent === undefined) { bar.removeAttribute("value"); } else { bar.value = percent; }
  }
  function setBusy(yes) {
    busy = yes;
    button.disabled = yes;
    stop.hidden = !yes;
    if (!yes) { running = null; tell(""); }
  }
  function size(bytes) {
    return (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) + " MB";
  }
  function Problem(text, detail) { this.text = text; this.detail = detail; }

  function unfit(chosen) {
    if (!chosen) { return ""; }
    if (!chosen.size) { return says.empty; }
    return chosen.size > +says.most ? says.tooLarge.replace("{size}", size(chosen.size)) : "";
  }
  function mapped() { var one = format.selectedOptions[0]; return Boolean(one && one.dataset.mapping); }
  function readMapping() {
    var text = mapped() ? mapping.value.trim() : "";
    if (!text) { return ""; }
    if (new Blob([text]).size > +says.mostMapping) { throw new Problem(says.longMapping); }
    try {
      var told = JSON.parse(text);
    } catch (error) { throw new Problem(says.noJson, error.message); }
    if (told === null || typeof told !== "object" || Array.isArray(told)) { throw new Problem(says.noJson); }
    return text;
  }

  // One request; what comes back is its status and text, 0 if the connection broke or the request was stopped.
  function ask(method, url, body, onProgress) {
    return new Promise(function (resolve) {
      running = new XMLHttpRequest();
      var request = running;
      request.open(method, url);
      if (onProgress) { request.upload.onprogress = onProgress; }
      request.onloadend = function () { resolve({ status: request.status, text: request.responseText }); };
      request.send(body);
    });
  }
  function hash(chosen) {
    if (!window.crypto || !crypto.subtle) { throw new Problem(says.insecure); }
    return chosen.arrayBuffer().catch(function (error) { throw new Problem(says.unreadable, error.message); })
      .then(function (content) { return crypto.subtle.digest("SHA-256", content); })
      .then(function (digest) {
        return Array.from(new Uint8Array(digest), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
      });
  }
  function name(chosen, sha256, told) {
    tell(says.asking);
    var body = new URLSearchParams({ form_token: form.elements.form_token.value, format: format.value, mapping: told,
      file_name: chosen.name.slice(0, +says.mostName), sha256: sha256 });
    return ask("POST", says.to, body).then(function (heard) {
      var answer = null;
      try { answer = JSON.parse(heard.text); } catch (error) { /* a page: what it says is told by its status */ }
      if (answer && answer.problem) { throw new Problem(answer.problem, answer.detail); }
      if (answer && answer.page) { return answer; }
      throw new Problem({ 0: says.broken, 401: says.ended, 403: says.forbidden }[heard.status] || says.failed);
    });
  }
  function send(chosen, url) {
    tell(says.sending, 0);
    // Without a type, the request has no header that the bucket would have to allow.
    return ask("PUT", url, chosen.slice(0, chosen.size, ""), function (event) {
      if (event.lengthComputable) { tell(says.sending, 100 * event.loaded / event.total); }
    }).then(function (heard) {
      if (heard.status === 200) { return; }
      var code = /<Code>(\w+)<\/Code>/.exec(heard.text);
      throw new Problem({ 0: says.broken, 403: says.expired }[heard.status] || says.notTaken, code ? code[1] : "");
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var chosen = file.files[0], stopped = false, told;
    if (busy || !chosen) { return; }
    function goOn() { if (stopped) { throw new Problem(says.stopped); } }
    say("");
    setBusy(true);
    tell(says.hashing);
    stop.onclick = function () { stopped = true; if (running) { running.abort(); } };
    Promise.resolve().then(function () {
      if (unfit(chosen)) { throw new Problem(unfit(chosen)); }
      told = readMapping();
      return hash(chosen);
    }).then(function (sha256) {
      goOn();
      return name(chosen, sha256, told);
    }).then(function (answer) {
      goOn();
      return (answer.uploadUrl ? send(chosen, answer.uploadUrl) : Promise.resolve()).then(function () {
        tell(says.finished, 100);
        busy = false;
        location.assign(answer.page);
      });
    }).catch(function (error) {
      setBusy(false);
      say(stopped ? says.stopped : error.text || says.failed, stopped ? "" : error.detail || (error.text ? "" : String(error)));
      button.focus();
    });
  });

  file.addEventListener("change", function () { if (!busy) { say(unfit(file.files[0])); } });
  function showMapping() { document.getElementById("u-mapping-part").hidden = !mapped(); }
  format.addEventListener("change", showMapping);
  document.getElementById("u-mapping-file").addEventListener("change", function (event) {
    var chosen = event.target.files[0];
    if (!chosen) { return; }
    if (chosen.size > +says.mostMapping) { say(says.longMapping); return; }
    chosen.text().then(function (text) { mapping.value = text; say(""); }, function (error) { say(says.unreadable, error.message); });
  });
  window.addEventListener("beforeunload", function (event) { if (busy) { event.preventDefault(); } });
  // A page that comes back by the back button is ready to send again.
  window.addEventListener("pageshow", function () { setBusy(false); showMapping(); });
  button.disabled = false;
  showMapping();
})();
