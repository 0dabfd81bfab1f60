//! Webhooks 웹훅: which addresses may be sent to, and when a delivery that failed is tried again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use entity::webhook::WebhookState;
use ipnet::IpNet;

use super::api_client::is_origin;

/// Longest address, in characters.
pub const MAX_URL: usize = 500;
/// Most webhooks of a client.
pub const MAX_EACH: u64 = 10;
/// The first pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause, whoever asks for it.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// Networks of IPv4 that are not of the public internet (RFC 6890 and those that followed it).
const NOT_PUBLIC_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// The one network of IPv6 that is given out (RFC 4291 §2.4): all else, such as unique-local, link-local, multicast and
/// translated addresses, is not public.
const PUBLIC_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Networks within it that are not public: for protocols (Teredo among them), for documents, and 6to4, which holds an
/// address of IPv4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    let within = |(network, prefix): (IpAddr, u8)| {
        IpNet::new(network, prefix).is_ok_and(|network| network.contains(&address))
    };
    match address {
        IpAddr::V4(_) => {
            !NOT_PUBLIC_V4.into_iter().any(|(net, prefix)| within((net.into(), prefix)))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(v4.into()),
            None => {
                within((PUBLIC_V6.0.into(), PUBLIC_V6.1))
                    && !NOT_PUBLIC_V6.into_iter().any(|(net, prefix)| within((net.into(), prefix)))
            }
        },
    }
}

/// Hosts that an operator lets webhooks be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Hosts {
    /// None: there are no webhooks.
    #[default]
    Off,
    /// Every public one.
    Public,
    /// These; one that begins with `*.` stands for all below it.
    Listed(Vec<String>),
}

impl FromStr for Hosts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" | "off" => Ok(Self::Off),
            "public" => Ok(Self::Public),
            list => {
                let hosts: Vec<String> =
                    list.split(',').map(|host| host.trim().to_owned()).collect();
                let is_host =
                    |host: &str| is_origin(&format!("https://{}", host.trim_start_matches("*.")));
                match hosts.iter().find(|host| !is_host(host) || host.contains(':')) {
                    Some(wrong) => Err(format!(
                        "{wrong} is no host: write off, public, or hosts such as hooks.example.kr or *.example.kr"
                    )),
                    None => Ok(Self::Listed(hosts)),
                }
            }
        }
    }
}

/// Where webhooks may be sent to.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// Hosts by name.
    pub hosts: Hosts,
    /// Networks that may be reached though they are not public.
    pub networks: Vec<IpNet>,
}

/// Why an address is not sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is not written as it should be.
    Form,
    /// It is not HTTPS.
    Scheme,
    /// Its port is neither 443 nor 1024 or above.
    Port,
    /// The operator does not let this host be sent to.
    Host,
    /// It leads to an address that is not public.
    Address,
}

impl Refused {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Form => "INVALID_URL",
            Self::Scheme => "URL_NOT_HTTPS",
            Self::Port => "PORT_NOT_ALLOWED",
            Self::Host => "HOST_NOT_ALLOWED",
            Self::Address => "ADDRESS_NOT_ALLOWED",
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refused {}

/// The host of an address as a number, if it is one.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Addresses {
    /// Whether webhooks are sent at all.
    pub fn is_off(&self) -> bool {
        self.hosts == Hosts::Off
    }

    /// Whether a connection to an address may be made.
    pub fn reaches(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_one = !address.is_unspecified() && !address.is_multicast();
        let is_listed = || self.networks.iter().any(|network| network.contains(&address));
        is_one && (is_public(address) || is_listed())
    }

    /// Whether a connection to an address may be made that a host's name leads to.
    pub fn leads(&self, host: &str, address: IpAddr) -> bool {
        // HTTP without TLS goes there.
        let is_local = host != "localhost" || address.is_loopback();
        is_local && self.reaches(address)
    }

    /// The address of a webhook, if it may be sent to as far as its text tells; where its name leads to is looked at
    /// whenever it is sent to.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, url: &str) -> Result<Uri, Refused> {
        let (scheme, rest) = url.split_once("://").ok_or(Refused::Form)?;
        let place = rest.split(['/', '?']).next().unwrap_or_default();
        let is_clean = url.len() <= MAX_URL
            && url.bytes().all(|byte| byte.is_ascii_graphic())
            && !url.contains(['#', '\\', '"', '<', '>'])
            && is_origin(&format!("{scheme}://{place}"));
        let uri: Uri = url.parse().map_err(|_| Refused::Form)?;
        let host = uri.host().filter(|_| is_clean).ok_or(Refused::Form)?;
        let number = literal(host);
        let is_local = host == "localhost" || number.is_some_and(|number| number.is_loopback());
        if scheme != "https" && !is_local {
            return Err(Refused::Scheme);
        }
        if uri.port_u16().is_some_and(|port| port != 443 && port < 1024) {
            return Err(Refused::Port);
        }
        let is_named = match &self.hosts {
            Hosts::Off => false,
            Hosts::Public => true,
            Hosts::Listed(hosts) => hosts.iter().any(|known| match known.strip_prefix('*') {
                Some(below) => host.ends_with(below),
                None => host == known,
            }),
        };
        // A name of this machine's own is no public host: a network that an operator lists lets it in.
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let reached = number.or((host == "localhost").then_some(loopback));
        if !is_named {
            return Err(Refused::Host);
        }
        if reached.is_some_and(|address| !self.reaches(address)) {
            return Err(Refused::Address);
        }
        Ok(uri)
    }
}

/// What can be done with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookAction {
    /// Enable it.
    Enable,
    /// Disable it.
    Disable,
    /// All else.
    Other,
}

/// Whether the state of a webhook allows an action.
pub fn allows(state: WebhookState, action: WebhookAction) -> bool {
    match action {
        WebhookAction::Enable => state == WebhookState::Disabled,
        WebhookAction::Disable => state == WebhookState::Enabled,
        WebhookAction::Other => true,
    }
}

/// How long to wait after so many failures: twice as long each time, a fifth more or less by `chance` (0 to 255), and as long
/// as the receiver asks for.
pub fn pause(failures: u32, chance: u8, asked: Option<Duration>) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1_u32 << failures.saturating_sub(1).min(12));
    let spread = 0.8 + 0.4 * f64::from(chance) / 255.0;
    doubled.min(LONGEST_PAUSE).mul_f64(spread).max(asked.unwrap_or_default()).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_not_public() {
        for (address, expected) in [
            ("8.8.8.8", true),
            ("121.78.0.1", true),
            ("172.32.0.1", true),
            ("100.128.0.1", true),
            ("2001:2b8::1", true),
            ("2404:6800::1", true),
            ("::ffff:8.8.8.8", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.0.9", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.0.2.1", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("198.51.100.1", false),
            ("203.0.113.9", false),
            ("224.0.0.1", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::7f00:1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("64:ff9b:1::1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("2002:7f00:1::1", false),
            ("3fff::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(is_public(address), expected, "{address}");
            let public = Addresses { hosts: Hosts::Public, networks: Vec::new() };
            assert_eq!(public.reaches(address), expected, "{address}");
        }
    }

    #[test]
    fn an_operator_opens_networks() {
        let networks = ["10.1.0.0/16", "127.0.0.0/8", "0.0.0.0/0"].map(|net| net.parse().unwrap());
        let some = Addresses { hosts: Hosts::Public, networks: networks[..2].to_vec() };
        let all = Addresses { hosts: Hosts::Public, networks: networks.to_vec() };
        for (address, of_some, of_all) in [
            ("10.1.2.3", true, true),
            ("::ffff:10.1.2.3", true, true),
            ("10.2.0.1", false, true),
            ("127.0.0.1", true, true),
            ("169.254.169.254", false, true),
            ("0.0.0.0", false, false),
            ("224.0.0.1", false, false),
            ("fd00::1", false, false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(some.reaches(address), of_some, "{address}");
            assert_eq!(all.reaches(address), of_all, "{address}");
        }
        assert!(some.leads("localhost", "127.0.0.1".parse().unwrap()));
        assert!(!some.leads("localhost", "10.1.2.3".parse().unwrap()));
    }

    #[test]
    fn an_address_is_written_plainly() {
        let public = Addresses { hosts: Hosts::Public, networks: Vec::new() };
        let local =
            Addresses { hosts: Hosts::Public, networks: vec!["127.0.0.0/8".parse().unwrap()] };
        for (url, of_public, of_local) in [
            ("https://hooks.example.kr/aiplus?to=1", None, None),
            ("https://hooks.example.kr:8443/", None, None),
            ("https://8.8.8.8/", None, None),
            ("http://hooks.example.kr/", Some(Refused::Scheme), Some(Refused::Scheme)),
            ("ftp://hooks.example.kr/", Some(Refused::Form), Some(Refused::Form)),
            ("hooks.example.kr", Some(Refused::Form), Some(Refused::Form)),
            ("https://user:secret@hooks.example.kr/", Some(Refused::Form), Some(Refused::Form)),
            ("https://hooks.example.kr/#part", Some(Refused::Form), Some(Refused::Form)),
            ("https://hooks.example.kr\\@127.0.0.1/", Some(Refused::Form), Some(Refused::Form)),
            ("https:///path", Some(Refused::Form), Some(Refused::Form)),
            ("https://hooks.example.kr:22/", Some(Refused::Port), Some(Refused::Port)),
            ("https://127.0.0.1:8443/", Some(Refused::Address), None),
            ("http://127.0.0.1:8443/", Some(Refused::Address), None),
            ("http://localhost:8443/", Some(Refused::Address), None),
            ("https://169.254.169.254/latest", Some(Refused::Address), Some(Refused::Address)),
            ("https://[::1]:8443/", Some(Refused::Address), Some(Refused::Address)),
            ("https://[::ffff:127.0.0.1]:8443/", Some(Refused::Address), None),
            ("https://[fd00::1]/", Some(Refused::Address), Some(Refused::Address)),
        ] {
            assert_eq!(public.check(url).err(), of_public, "{url}");
            assert_eq!(local.check(url).err(), of_local, "{url}");
        }
        let long = format!("https://hooks.example.kr/{}", "a".repeat(MAX_URL));
        assert_eq!(public.check(&long).err(), Some(Refused::Form));
    }

    #[test]
    fn an_operator_lists_hosts() {
        for (text, expected) in [
            ("off", Ok(Hosts::Off)),
            ("", Ok(Hosts::Off)),
            ("public", Ok(Hosts::Public)),
            ("a.kr, *.b.kr", Ok(Hosts::Listed(vec!["a.kr".to_owned(), "*.b.kr".to_owned()]))),
            ("https://a.kr", Err(())),
            ("a.kr:443", Err(())),
            ("a.kr,", Err(())),
        ] {
            assert_eq!(text.parse::<Hosts>().map_err(drop), expected, "{text}");
        }
        let listed = Addresses { hosts: "a.kr,*.b.kr".parse().unwrap(), networks: Vec::new() };
        for (host, is_listed) in [
            ("a.kr", true),
            ("b.kr", false),
            ("x.b.kr", true),
            ("y.x.b.kr", true),
            ("x.a.kr", false),
            ("xb.kr", false),
        ] {
            let checked = listed.check(&format!("https://{host}/"));
            assert_eq!(checked.err(), (!is_listed).then_some(Refused::Host), "{host}");
        }
        let off = Addresses::default();
        assert_eq!(off.check("https://a.kr/").err(), Some(Refused::Host));
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let secs = Duration::from_secs;
        for (failures, chance, asked, from, to) in [
            (1, 0, None, 0, 1),
            (1, 255, None, 1, 2),
            (4, 0, None, 6, 7),
            (30, 255, None, 3_600, 3_600),
            (1, 0, Some(90), 90, 90),
            (1, 0, Some(900_000), 3_600, 3_600),
        ] {
            let pause = pause(failures, chance, asked.map(secs));
            assert!(secs(from) <= pause && pause <= secs(to), "{failures} {chance} {pause:?}");
        }
    }
}
