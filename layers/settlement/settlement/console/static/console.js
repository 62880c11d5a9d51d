// What pages do beyond reading and sending forms: every page works without it.
(function () {
  "use strict";

  // Times are shown in the reader's zone from the next page on.
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  var home = (document.querySelector(".brand") || { pathname: "/console" }).pathname;
  if (zone && !document.cookie.includes("quita_zone=")) {
    var secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = "quita_zone=" + encodeURIComponent(zone) + "; Path=" + home + "; SameSite=Strict; Max-Age=31536000" + secure;
  }

  function prepare(part) {
    part.querySelectorAll(".copy").forEach(function (button) { button.hidden = !navigator.clipboard; });
  }
  prepare(document);
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt); });

  document.addEventListener("click", function (event) {
    var button = event.target.closest(".copy");
    if (!button) { return; }
    var text = "copyNext" in button.dataset ? button.parentElement.nextElementSibling.textContent : button.dataset.copy;
    navigator.clipboard.writeText(text).then(function () {
      button.classList.add("copied");
      setTimeout(function () { button.classList.remove("copied"); }, 1500);
    });
  });

  // A form is sent once, however often its button is pressed; what comes back by the back button can be sent again.
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "post") { return; }
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    // Whoever goes back from a finished deed sees what it was done to, not its plan, which is no longer there.
    if (event.target.dataset.there && event.submitter && event.submitter.value === "do") {
      event.target.action = location.href;
      history.replaceState(null, "", event.target.dataset.there);
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
})();
