document.getElementById("loaded").textContent = "Scripts run.";
