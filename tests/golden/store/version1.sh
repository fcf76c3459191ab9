set -e
S=${1:?}
cat > bowl.yaml <<'Y'
study: bowl
direction: minimize
metric: loss
trials: 14
seed: 3
sampler: { type: gp, sobol: 4 }
space:
  x: { low: -1.0, high: 2.0 }
  kind: [a, b, c]
  k: { low: 0.0, high: 1.0, when: { kind: b } }
enqueue: [{ x: 0.5, kind: a }]
objective:
  type: command
  argv: [python3, bowl.py, "$x", "$kind", "--k=$k"]
Y
cat > bowl.py <<'P'
import json, sys
x, kind = float(sys.argv[1]), sys.argv[2]
k = float(sys.argv[3].split("=")[1]) if len(sys.argv) > 3 else 0.5
loss = (x - 0.7) ** 2 + {"a": 0.3, "b": (k - 0.4) ** 2, "c": 0.5}[kind]
if x > 1.9:
    sys.exit("too large")
for step in range(1, 4):
    print(json.dumps({"step": step, "loss": loss + 1 / step}), flush=True)
print(json.dumps({"loss": loss}))
P
cat > wave.yaml <<'Y'
study: wave
direction: maximize
metric: height
trials: 10
seed: 11
space:
  a: { low: 1e-4, high: 1.0, log: true }
  n: { type: int, low: 1, high: 9 }
objective:
  type: command
  argv: [python3, wave.py, "$a", "$n"]
Y
cat > wave.py <<'P'
import json, math, os, sys, time
a, n = float(sys.argv[1]), int(sys.argv[2])
print(json.dumps({"step": 1, "height": n - 1}), flush=True)
if os.environ["SURMISE_TRIAL"] == "2":
    sys.exit(3)
if os.environ["SURMISE_TRIAL"] == "7":
    time.sleep(60)
print(json.dumps({"height": n + math.sin(9 * a)}))
P
$S run bowl.yaml --no-plots
$S run wave.yaml --no-plots --workers 3 & pid=$!
while [ "$(python3 -c "
import sqlite3; print(sqlite3.connect('studies.db').execute('''select count(*) from trials join studies on studies.id=study_id where name='wave' and state in ('complete','failed')''').fetchone()[0])")" -lt 8 ]; do sleep 0.3; done
kill -9 $pid; sleep 1; pkill -9 -f wave.py || true
