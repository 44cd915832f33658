"""The security of the connection: keys of the OCPP 1.6 security whitepaper (edition 3, 5)."""

from importlib.util import find_spec

from evse.settings.setting import Kind, Roles, Setting

SECURITY = Roles.spelt("RW", "RW", "R")
FACT = Roles.spelt("R", "R", "R")

_SFTP = ",SFTP" * (find_spec("asyncssh") is not None)

TRANSFER_PROTOCOLS = f"HTTP,HTTPS,FTP,FTPS{_SFTP}"
"""What files can be transferred by; SFTP where its optional package is installed."""

ROWS = (
    Setting(
        # Over OCPP it can only be raised; whoever stands at the wallbox may lower it.
        "ocpp.security_profile",
        Kind.INT,
        0,
        "Security profile",
        SECURITY,
        0,
        3,
        ocpp_key="SecurityProfile",
    ),
    Setting(
        "ocpp.cpo_name",
        Kind.STR,
        "",
        "Name of the operator, for certificates",
        SECURITY,
        maximum=64,  # ub-organization-name of X.509
        ocpp_key="CpoName",
    ),
    Setting(
        "ocpp.root_certificate",
        Kind.STR,
        "",
        "Root certificate of the backend",
        SECURITY,
        maximum=512,
        reboot=True,
    ),
    Setting(
        "ocpp.additional_root_certificate_check",
        Kind.BOOL,
        False,
        "Additional root certificate check",
        SECURITY,
        ocpp_key="AdditionalRootCertificateCheck",
        ocpp_readonly=True,
    ),
    Setting(
        "ocpp.certificate_signed_max_chain_size",
        Kind.INT,
        10_000,  # the longest that the schema of CertificateSigned allows
        "Longest certificate chain taken",
        FACT,
        unit="bytes",
        ocpp_key="CertificateSignedMaxChainSize",
        ocpp_readonly=True,
    ),
    Setting(
        "ocpp.certificate_store_max_length",
        Kind.INT,
        16,
        "Root certificates installed at a time",
        FACT,
        ocpp_key="CertificateStoreMaxLength",
        ocpp_readonly=True,
    ),
    Setting(
        "ocpp.disable_security_event_notifications",
        Kind.BOOL,
        False,
        "Keep security events in the log only",
        SECURITY,
        ocpp_key="DisableSecurityEventNotifications",
    ),
    Setting(
        "ocpp.supported_file_transfer_protocols",
        Kind.STR,
        TRANSFER_PROTOCOLS,
        "Protocols of file transfers",
        FACT,
        ocpp_key="SupportedFileTransferProtocols",
        ocpp_readonly=True,
    ),
)
