"""The commented sample file that `seacorder config-sample` prints. It is valid as it stands.

ASCII letters only, so that it can be written in every code page and read again.
"""

SAMPLE = """\
# Settings of Seacorder. Start with:  seacorder serve --config seacorder.toml
# Check with:                         seacorder check-config --config seacorder.toml
# Lines that begin with # are off and show what is used without them.
# Any key can be overridden by a variable: SEACORDER_SERVER_HOST, SEACORDER_CHANNELS_1_INPUT, ...

[server]
host = "127.0.0.1"            # "0.0.0.0" lets other computers send commands
inspector_port = 13000        # Inspector service, /api/v1 and the page
integration_port = 8088       # integration service
# allowed_origins = []        # web pages of other origins that may send commands: ["http://10.0.0.7"]
# allowed_hosts = []          # further names of this computer: ["recorder.vessel.lan"]
# certificate = "recorder.pem"     # then there is HTTPS too ...
# certificate_key = "recorder.key"
# secure_port = 13443         # ... on this port
# commands_need_token = false # true: Inspector and integration commands need a password or token too

# One [[server.access]] table for each who is let in; without any, everybody is. `seacorder password` prints one for a
# person, `seacorder token` one for a program. These two let nobody in.

# [[server.access]]
# name = "Control room"
# role = "operator"
# password = "scrypt:15:8:1:00000000000000000000000000000000:\
0000000000000000000000000000000000000000000000000000000000000000"

# [[server.access]]
# name = "Client's office"
# role = "viewer"             # who looks, and changes nothing
# token = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[integration]
# bare_false = false          # isrecording answers a bare false while idle

[storage]
root = "~/Seacorder"          # where files go unless a client chooses another folder
# allowed_directories = []    # folders outside root that clients may choose: ["/data/inspections"]
reserve_bytes = 2_000_000_000 # kept free on every disk that is recorded to
# fallback_root = "/mnt/second/Seacorder"    # where recording goes on while root's disk is full or fails
# queue_bytes = 67_108_864    # memory a channel may use while the disk is slow
# catalogue = "~/Seacorder/seacorder.db"

# [storage.drives]            # what a client calls C:\\ is this folder here
# C = "/data/c"

[recording]                   # a client can set these too; its value then holds
split_time_minutes = 10       # 0 never splits
# reevaluate_tags_on_split = false
# restart_on_failure = true
# tag_time = "local"          # or "utc"
# smart_encoding = true       # Seacorder chooses; false: the four keys below hold
# encoder = "copy"            # or "x264", "x265", ...; `seacorder encoders` shows what works here
# bitrate_mbits = 0           # 0: Seacorder chooses
# resolution = [0, 0]         # 0, 0: the source's
# frame_rate = 0              # 0: the source's
# burn_in = false             # the overlay becomes part of the picture
# keep_clean = false          # and the untouched frames are recorded beside it
# deinterlace = false

# [blackbox]                  # an always-on recording beside those that are started; without a root there is none
# root = "/mnt/blackbox"      # outside of all folders that recordings go to, best on a disk of its own
# channels = []               # empty: all
# split_time_minutes = 5
# max_bytes = 100_000_000_000 # then its oldest files go
# max_age_hours = 24          # a file goes once so many hours were recorded after it; 0: only max_bytes counts
# reserve_bytes = 4_000_000_000    # kept free on its disk, by removing its oldest files

# [removal]                   # what is removed by itself, once it is copied; without a limit nothing is
# older_than_days = 0         # after the end of a recording; 0: age does not matter
# keep_at_most_bytes = 0      # above so many bytes of recordings together, the oldest go; 0: no limit
# keep_free_bytes = 0         # with less free on a disk of recordings, the oldest on it go; 0: no limit
# copies = 1                  # so many copies in [[copies]] are compared before a recording goes

[templates]                   # a client can set these too
# filename = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}"
# directory = "DATA_${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}"
# framegrab = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}"
# data_log = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@current"
# event = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}"
# anomaly = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}_anomaly"
# clip = "${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}_clip"    # without it: as anomaly

[overlay]                     # what channels with burn_in = true show over their pictures
# time = "local"              # or "utc"

# One [[overlay.layers]] table a layer; without any: a client's text, the time and the channel's name.

# [[overlay.layers]]
# kind = "text"               # "text", "time", "channel" or "image"
# text = "Job 12"             # without it: what a client sends to /api/overlay/update
# anchor = "top_left"         # "top_left", "top", "top_right", "left", "centre", "right", "bottom_left", ...
# size = 0.04                 # height of a line, by the picture's height
# margin = 0.02               # distance from the edges, by the picture's height
# font = "fonts/Other.ttf"    # without it: DejaVu Sans
# colour = "#ffffff"
# outline = "#000000"         # or "none"
# background = "none"         # or "#00000080", through which the picture is seen
# z = 0                       # higher ones lie over lower ones
# channels = ["Bow"]          # without it: all that burn in

# [[overlay.layers]]
# kind = "time"
# anchor = "bottom_left"
# pattern = "%Y-%m-%d %H:%M:%S"

# [[overlay.layers]]
# kind = "image"
# anchor = "top_right"
# file = "logo.png"
# size = 0.1

[workers]
# channels_per_process = "auto"   # 1 up to 16 channels that are stored unchanged, then up to 8; or a number

[observations]                # what is noted with one press, see docs/programs/observations.md
# ready_kinds = true          # AN, FJ, FS, BU, DB, DM, MG, CP, NOTE
# interval_seconds = 0        # all readings every so many seconds of a recording; 0: never

# [[observations.kinds]]      # one more kind, or another one in the place of a ready one
# code = "WD"
# label = "Weld"
# observation_class = "finding"    # "finding", "anomaly", "note", "milestone"
# span = false                # true: it has a beginning and an end
# colour = "#4f9dde"
# shortcut = "w"
# framegrab = false
# clip_seconds = 0            # 0: no clip, but for an anomaly 10 s, or its whole span
# span_clip = false           # a clip as long as the span

# [[observations.kinds.fields]]    # what can be filled in, for the kind above
# name = "side"
# type = "choice"             # "number", "choice", "text", "distance" or "clock"
# unit = ""
# choices = ["port", "starboard"]

# [[observations.rules]]      # entered by itself
# code = "DM"
# when = "cp > -0.8 or cp < -1.1"
# within = "kp > 1.2 and kp < 8"
# text = "CP out of range"

[log]
# level = "INFO"              # "DEBUG", "INFO", "WARNING", "ERROR"
# time = "local"              # or "utc"
# file = "~/Seacorder/seacorder.log"    # the log goes here too; for computers that have no journal
# file_bytes = 10_000_000     # then a new file is begun ...
# files_kept = 5              # ... and so many earlier ones are kept

[audio]                       # narration: a microphone or line input
# input = "alsa:default"      # "alsa:hw:1,0", "dshow:Microphone", "avfoundation:0", "file:/path/x.wav?loop=1", "tone:"
# into = "all"                # every channel's files; or a channel's name; or "file", files of its own
# name = "Narration"
# channels = 1                # 2 for stereo
# bitrate_kbits = 96
# gain_db = 0.0
# offset_ms = 0               # how much later it is placed, for cameras whose pictures come late
# silent_db = -70.0           # a level below this is silence ...
# silent_seconds = 60.0       # ... and an alarm after so long; 0 never

[data_log]                    # what lies beside a recording if there is survey data
# rows = "interval"           # a row of the table every so often, or "change": whenever a value changes
# interval_seconds = 1.0      # between two rows, and between two positions of a track

[time_stamp]                  # who confirms the time of manifests, if there is internet
# server = "http://tsa.example.com/tsr"    # of RFC 3161; without it: nobody

# One [[telemetry]] table a source of survey data.

# [[telemetry]]
# name = "Survey"
# input = "udp://:5005"       # "tcp://10.0.0.8:4001", "serial:/dev/ttyUSB0?baud=9600", "file:/path/x.log", "sim:"
# framing = "nmea"            # or "line", "datagram", ...: how records are found in what comes
# definitions = []            # what records mean: ["GGA", "HDT"]; without it: every NMEA sentence that is known
# stale_seconds = 5.0         # after so long without a record its values are stale
# clock_alarm_seconds = 2.0   # an alarm when its time differs by more from this computer's; 0 never
# prefer = []                 # fields for which it goes before the sources above it: ["heading"]

# One [[definitions]] table for each kind of record that no ready definition of docs/reference/readings.md fits.

# [[definitions]]
# name = "ROV altimeter"      # a ready definition with changes
# like = "DPT"
# talker = "YX"               # of this talker alone
# checksum = "if_present"     # "required", "if_present", "ignored", "with_dollar", "with_star"
# rename = { depth = "altitude" }

# [[definitions]]
# name = "Fix string"         # one that says everything itself
# kind = "delimited"          # "nmea", "delimited", "columns", "expression"
# header = "FIX"              # what its first field is; of "nmea": "GGA", "PSIMSSB", ...
# start = ""                  # what stands before everything, such as '\\x02'
# delimiter = ";"             # or "blanks" for any run of them
# decimal = ","
# date_order = "dmy"          # "dmy", "mdy", "ymd"
# field_count = [4, 6]
# choose_position = 1         # only records of this beacon
# choose = ["M17"]
# status_position = 2         # a letter that says whether there are values
# status_good = ["A"]
# status_bad = []

# [[definitions.fields]]
# name = "depth"              # a standard field, or a name of your own
# position = 3                # counted from 1 behind the header; of "columns": columns = [9, 13]
# type = "number"             # "text", "hex", "latitude", "time", "date", ...
# formula = "value * 0.3048"
# none = ["9999.0"]           # means: no value
# min = 0
# max = 6000
# required = false            # true: a record in which it is empty is refused
# always = false              # true: it has its value whatever the status says
# hidden = false              # true: only for formulas of other fields

# [[definitions.fields]]
# name = "tilt"
# position = 4
# unit = "deg"                # of names of your own; standard fields have theirs
# sign_position = 5
# positive = ["U"]
# negative = ["D"]
# unit_position = 6
# unit_letters = ["deg"]

# [[definitions]]
# name = "Probe"
# kind = "nmea"
# header = "XDR"

# [[definitions.fields]]
# name = "cp"
# transducers = ["CP", "PROBE"]

# [[definitions]]
# name = "Counter"
# kind = "expression"
# expression = '[0-9]+:([0-9]+) [0-9]+'

# [[definitions.fields]]
# name = "counter"
# position = 1

# [[definitions]]
# name = "Columns"
# kind = "columns"

# [[definitions.fields]]
# name = "heave"
# columns = [9, 13]

# One [[readings_out]] table a line that is sent to another system.

# [[readings_out]]
# to = "udp://10.0.0.9:6000"
# line = "$PSEA,{depth:.2f},{heading:.1f}"
# interval_seconds = 1.0
# none = ""                   # what stands for a reading without a value
# checksum = false            # true: "*" and the checksum of NMEA 0183 follow

# One [[copies]] table a place that recorded files are copied to.

# [[copies]]
# name = "NAS"
# to = "/mnt/nas/recorder1"   # a folder on another disk, its own for each recorder
# limit_mbits = 200.0         # the most that is sent, and the most that is read back; 0: no limit
# behind_minutes = 60.0       # a file that waits for longer is an alarm; 0 never
# same_disk = false           # true: it may be on the disk that is recorded to, for trying

# [[copies]]
# name = "Office"
# to = "s3://recordings/recorder1"        # a bucket and a folder in it
# endpoint = "https://nas.lan:9000"       # the bucket's server; without it: Amazon's
# region = "eu-central-1"                 # where the server cares
# access_key = "recorder1"
# secret_key = "change-me"                # or by the variable SEACORDER_COPIES_2_SECRET_KEY
# keys_file = "/etc/seacorder/office.keys"    # both keys, a line each, instead

# One [[channels]] table a camera.

[[channels]]
name = "Bow"
input = "rtsp://user:password@10.0.0.5:554/stream1"
preroll_seconds = 10          # how far a clip reaches back
# backlog_seconds = 10        # how much of the picture stays in memory
# narration_offset_ms = 0     # how much later narration is placed in this channel
# picture_watch = true        # an alarm when the picture is frozen or black
# burn_in = true              # the eight keys of encoding in [recording], for this channel alone

[[channels]]
name = "Pattern"
input = "test:?size=1280x720&rate=25"    # also "file:/path/x.mp4?loop=1"
"""
