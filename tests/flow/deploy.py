"""What compose.yaml, the Dockerfile and the units say, held against the programs. Prints what is wrong.

usage: deploy.py compose|libraries|settings TOP BIN
       deploy.py supervisor SOCKET      prints what a daemon tells its supervisor, a line each
"""
import glob, os, re, socket, subprocess, sys
import yaml


def settings_of(program):
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (RB_[A-Z_]+)", text, re.M))


def compose(top, bin):
    here = top + "/compose"
    text = open(here + "/compose.yaml").read()
    whole = yaml.safe_load(text)
    services, volumes = whole["services"], whole["volumes"]
    version = re.search(r"KAFKA_VERSION=(.*)", open(here + "/versions.env").read())[1]
    daemons = re.search(r"DAEMONS='\n(.*?)'", open(here + "/run.sh").read(), re.S)[1].split("\n")
    for name in [line.split()[0] for line in daemons if line]:
        if name not in services or "healthy.sh" not in services[name]["healthcheck"]["test"]:
            yield f"{name}: no service, or none whose health is looked at"
    ids = [s["environment"]["KAFKA_NODE_ID"] for s in services.values() if "kafka" in s["image"]]
    if sorted(ids) != [1, 2, 3]:
        yield f"brokers {ids}"
    for name, service in services.items():
        if "kafka" in service["image"] and service["image"] != "apache/kafka:" + version:
            yield f"{name}: another Kafka than versions.env has, {version}"
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"{name}: depends on {other}, which is not there"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if not (os.path.exists(f"{here}/{source}") if source[0] == "." else source in volumes):
                yield f"{name}: mounts {source}, which is not there"
        if service["image"] != "referral-broker":
            continue
        words = " ".join(service["command"]).replace('"', " ").split()
        programs = [word for word in words if os.path.exists(f"{bin}/{word}")]
        if not programs:
            yield f"{name}: starts no program of ours: {words}"
        for setting in service.get("environment", {}):
            if not any(setting in settings_of(f"{bin}/{p}") for p in programs):
                yield f"{name}: {setting} is no setting of {programs}"
    for name in re.findall(r"\$\{(\w+):-", text):
        if name not in ("HTTP_PORT", "REPLICATION", "MIN_ISR"):
            yield f"{name}: nobody says what it is"


def libraries(top, bin):
    stage = open(top + "/compose/Dockerfile").read().split("FROM ")[2]
    installed = set(re.search(r"apt-get install (.*?)&&", stage, re.S)[1].replace("\\", " ").split())
    needed = set()
    for program in glob.glob(bin + "/*"):
        text = subprocess.run(["readelf", "-d", program], capture_output=True, text=True, check=True).stdout
        needed |= set(re.findall(r"NEEDED.*\[(.*)\]", text))
    for name in sorted(needed):
        found = subprocess.run(["dpkg", "-S", "*/" + name], capture_output=True, text=True).stdout
        packages = {line.split(":")[0] for line in found.splitlines()}
        if not packages & (installed | {"libc6", "libasan8", "libubsan1"}):
            yield f"{name}: of none of the packages that the image has ({packages})"


def settings(top, bin):
    common = open(top + "/compose/systemd/referral-.service.d/10-broker.conf").read()
    for path in glob.glob(top + "/compose/systemd/*.service"):
        text = common + open(path).read()
        program = re.search(r"^ExecStart=/usr/lib/referral-broker/(\w+)$", text, re.M)[1]
        known = settings_of(f"{bin}/{program}")
        for line in re.findall(r"^Environment=(.*)", text, re.M):
            for name in re.findall(r"(\w+)=", re.sub(r"=(?:file:)?[^ ]*", "=", line)):
                # Of the common ones, those that a daemon does not know it does not look at.
                if name not in known and line not in common:
                    yield f"{path}: {name} is no setting of {program}"
        if not {"RB_KAFKA_TLS", "RB_KAFKA_CA_FILE", "RB_KAFKA_CERT_FILE", "RB_KAFKA_KEY_FILE"} <= known:
            yield f"{path}: {program} does not speak TLS to Kafka"
        for name in re.findall(r"%d/([\w.-]+)", text):
            if f"LoadCredential={name}:" not in text:
                yield f"{path}: {name} is no credential that is loaded"


def supervisor(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind(path)
        while True:
            print(inbox.recv(100).decode(), flush=True)


if sys.argv[1] == "supervisor":
    supervisor(sys.argv[2])
wrong = list(globals()[sys.argv[1]](*sys.argv[2:4]))
print(*wrong, sep="\n")
sys.exit(1 if wrong else 0)
