/** The short notice as the collector generates it for a site, and the line it puts before the banner's script. */
export const NOTICE = {
  version: 1,
  fr: {
    title: 'Mesurer la fréquentation, avec votre accord',
    controller: 'Example SAS, 1 rue de la Paix, 75002 Paris, est responsable de cette mesure. Rien n’est transmis à des tiers.',
    purpose: 'Nous comptons les pages vues, les clics et le temps passé pour améliorer ce site ; rien d’autre.',
    how: 'Acceptez ou refusez d’un clic. Si vous acceptez, un cookie propre à ce site est déposé pour 13 mois au plus.',
    consequences: 'Le site fonctionne de la même façon dans les deux cas. Sans accord, rien n’est mesuré.',
    withdrawal: 'Vous pouvez changer d’avis à tout moment, aussi simplement ; ce qui a été collecté est alors effacé.',
    accept: 'Accepter',
    refuse: 'Refuser',
    more: 'En savoir plus',
    change: 'Mes choix de confidentialité',
  },
  en: {
    title: 'Counting visits, if you agree',
    controller: 'Example SAS, 1 rue de la Paix, 75002 Paris, is responsible for this measurement. Nothing goes to third parties.',
    purpose: 'We count pages viewed, clicks and time spent in order to improve this site, and for nothing else.',
    how: 'Accept or refuse with one click. If you accept, a cookie of this site alone is set for at most 13 months.',
    consequences: 'The site works the same either way. Without your agreement nothing is measured.',
    withdrawal: 'You can change your mind at any time, just as easily; what was collected is then erased.',
    accept: 'Accept',
    refuse: 'Refuse',
    more: 'Read the full notice',
    change: 'My privacy choices',
  },
};

export const noticeLine = (notice = NOTICE) => `window.letheNotice=${JSON.stringify(notice)};\n`;
