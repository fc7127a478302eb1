"""Lists of words for `redaction`: what is known to be harmless in an address, and what is known to be a secret.

All in small letters. A word is added when cameras in the field use it and it can hold no secret.
"""


def _listed(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


WORDS = _listed(
    # From addresses of cameras and servers: programs, paths, streams.
    """
    stream streams streaming live main sub second third primary secondary minor major high low medium default multi
    channel channels chan ch cam cams camera cameras ipcam webcam video videos vid audio sound media image images img
    picture snapshot shot still preview view viewer track trackid session profile profiles onvif isapi psia axis amp
    cgi bin mjpg mjpeg jpg jpeg nph motion frame frames h264 h265 hevc avc mp2 mp3 mp4 mpeg mpeg2 mpeg4 mpegts ts m3u8
    hls dash flv rtmp rtsp rtp udp tcp tls http https unicast multicast real realmonitor realtime play playlist index
    open api v1 v2 stats ping status docs doc static page inspector integration recording recordings record clip clips
    framegrab framegrabs overlay events losses parts settings encoder source sources src input inputs output port user
    test tests pattern testsrc demo sample sdp smp sav av avi raw yuv hd sd uhd full wide digest basic proxy relay
    server client own ffmpeg local remote push pull publish read get set web site app apps application vod tv dvr nvr
    cvbs sdi hdmi usb dev device screen display monitor event scale scaled size width height rate fps quality format
    codec type mode color colour gray on off true false yes no none null all any auto new old copy with without
    """,
    # What operators call channels: parts of vessels, vehicles, and what is filmed from them.
    """
    bow stern port starboard aft fore deck bridge mast crane winch hull keel rudder moonpool engine galley hold ship
    vessel boat rov auv usv diver divers dive dives helmet hat sonar pilot survey tether tms cage garage manipulator
    arm tool tooling left right front back rear top bottom up down upper lower side centre center middle north south
    east west inside outside pan tilt zoom fixed fish eye lens laser light lights thermal infrared night day close
    pipe riser anode structure sea seabed subsea water bubble tank pump valve room lab shore control
    """
)

EXTENSIONS = _listed(
    "sdp mjpg mjpeg jpg jpeg png cgi amp smp sav asf mp4 mkv ts flv m3u8 264 h264 265 h265 php asp html htm"
)

HARMLESS_KEYS = _listed(
    """
    channel channels channelid channel_id chn chan ch chid chno camera cameraid cam camid subtype sub subchannel stream
    streams streamid stream_id streamtype stream_type streamno streamprofile profile profileid track trackid index idx
    no num nr id unicast multicast transport transportmode transporttype rtsp_transport proto protocol linktype mode
    type size resolution res width height w h x y rate fps framerate frame_rate maxfps bitrate bit_rate quality
    compression codec videocodec audiocodec vcodec acodec audio video format pixelformat gop client listen interface
    loop range depth interlaced display offset cursor preset view rotation rotate mirror flip color colour brightness
    clock date timeout stimeout listen_timeout buffer_size fifo_size pkt_size ttl localaddr reuse live inst
    real_stream src source input port version ver limit newest_first recording delay latency cache nocache
    """
)
"""Keys whose values are shown if they look harmless: numbers, known words, a short word."""

SECRET_KEYS = _listed(
    """
    user usr username userid user_id name login loginuse loginname account uid u pass passwd password passphrase
    passcode loginpas userpwd pwd psw pw p pin token tok access_token accesstoken auth_token authtoken jwt bearer key
    apikey api_key api-key access_key accesskey accesskeyid secretkey secret_key streamkey stream_key auth authorization
    authcode secret sig signature sign hash hmac md5 nonce digest credential credentials cred code ticket sid session
    sessionid session_id cookie license licence sas sv se sp expires
    """
)
"""Keys that are shown themselves, but never their values."""

NEVER_SHOWN = _listed("admin root guest super pass pwd psw user login token auth key pin")
"""Short words that are never shown as a word of somebody's own: often user names, or a word before a secret."""
