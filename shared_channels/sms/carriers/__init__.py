"""The carriers' protocols: CMPP 2.0 and 3.0, SMGP 3.0, SGIP 1.2 and SMPP 3.4 behind one port (运营商协议).

The queue knows only :mod:`shared_channels.sms.carriers.ports`; a link is made by ``factory.open_link(settings)``.
Nothing here touches the database: what a carrier says leaves through ``LinkHandlers``.
"""
